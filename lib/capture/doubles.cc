#include "lib/capture/doubles.h"

#include <algorithm>
#include <cstring>

namespace vexevt {

Doubles::Doubles(std::size_t sources, std::uint32_t own_pid)
    : own_pid_(own_pid),
      bytes_(std::make_unique_for_overwrite<std::uint64_t[]>(kMostBytes / 8)),
      entries_(kMostEvents),
      waiting_(kMostEvents) {
  counts_.removed.resize(sources);
}

std::byte* Doubles::BytesAt(std::uint64_t place) {
  return reinterpret_cast<std::byte*>(bytes_.get()) + place % kMostBytes;
}

EventView Doubles::ViewOf(const Entry& entry) {
  EventView view;
  EventView::Bind({BytesAt(entry.frame), entry.size}, &view);
  return view;
}

// Frames are whole: one that would cross the end of the ring begins at its start.
std::uint64_t Doubles::Room(std::size_t bytes, FrameBatch* out) {
  const std::size_t left = kMostBytes - used_ % kMostBytes;
  const std::uint64_t place = bytes <= left ? used_ : used_ + left;
  while (!empty() && place + bytes - At(begin_).place > kMostBytes) GiveOldest(out);
  used_ = place + bytes;
  return place;
}

std::uint64_t Doubles::Push(const EventView& event, std::uint64_t due_ns, std::size_t source, bool is_fuse,
                            FrameBatch* out) {
  if (end_ - begin_ == kMostEvents) GiveOldest(out);
  const std::size_t size = event.frame().size();
  const std::uint64_t place = Room(size, out);
  std::memcpy(BytesAt(place), event.frame().data(), size);
  At(end_) = {.due_ns = due_ns,
              .place = place,
              .frame = place,
              .size = static_cast<std::uint32_t>(size),
              .source = static_cast<std::uint8_t>(source),
              .done = Done::kNothing,
              .is_fuse = is_fuse};
  return end_++;
}

std::uint64_t Doubles::WindowOf(Done done) const {
  return done != Done::kNothing && misses_[static_cast<std::size_t>(done)] < kMostMisses ? kDaemonWindowNs : kWindowNs;
}

// False: they stay two. What waits for its twin may have to be given up for the room that this takes, be it this one.
bool Doubles::Join(std::uint64_t fuse, const EventView& kernel, std::size_t source, FrameBatch* out) {
  if (At(fuse).gone) return true;  // both go
  const std::span<const std::byte> joined = joiner_.Join(ViewOf(At(fuse)), kernel, IsOfDaemon(kernel));
  if (joined.empty()) return false;
  const std::uint64_t place = Room(joined.size(), out);
  if (fuse < begin_) return false;
  std::memcpy(BytesAt(place), joined.data(), joined.size());
  Entry& entry = At(fuse);
  entry.frame = place;
  entry.size = static_cast<std::uint32_t>(joined.size());
  if (!entry.joined) ++counts_.joined;
  entry.joined = true;
  ++counts_.removed[source];
  return true;
}

void Doubles::AddFuse(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out) {
  RememberMount(event);
  const TwinKeys keys = KeysOfFuse(event);
  const std::uint64_t own = Push(event, time_ns + kWindowNs, source, true, out);
  At(own).gone = event.pid() == own_pid_;
  if (keys.count == 0) return;
  if (!At(own).gone) ++counts_.fuse;
  for (unsigned i = 0; i < keys.count; ++i) misses_[static_cast<std::size_t>(keys.keys[i].done)] = 0;
  TwinKeys open;  // those under which no kernel's event has waited
  for (unsigned i = 0; i < keys.count; ++i) {
    const std::uint32_t first = waiting_.First(keys.keys[i]);
    if (first == TwinTable::kNone || entries_[first].is_fuse) {
      open.keys[open.count++] = keys.keys[i];
      continue;
    }
    const std::uint64_t kernel = NumberOf(first);
    waiting_.RemoveFirst(keys.keys[i]);
    At(kernel).waits = false;
    At(kernel).gone = true;  // before it may be given up for room
    // It can't fail for want of room, as the ring holds several of the largest frames and this is the newest.
    if (!Join(own, ViewOf(At(kernel)), At(kernel).source, out)) At(kernel).gone = false;
  }
  At(own).waits = open.count > 0;
  waiting_.Add(static_cast<std::uint32_t>(own % kMostEvents), open);
}

void Doubles::AddKernel(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out) {
  const TwinKeys keys = KeysOfKernel(event);
  const bool may_have_twin = keys.count > 0 && (IsOfDaemon(event) || IsOfMount(event));
  if (may_have_twin) {
    const std::uint32_t first = waiting_.First(keys.keys[0]);
    if (first != TwinTable::kNone && entries_[first].is_fuse) {
      const std::uint64_t fuse = NumberOf(first);
      waiting_.RemoveFirst(keys.keys[0]);
      if (Join(fuse, event, source, out)) return;
    }
  }
  const Done done = may_have_twin && IsOfDaemon(event) ? keys.keys[0].done : Done::kNothing;
  const std::uint64_t own = Push(event, time_ns + WindowOf(done), source, false, out);
  At(own).done = done;
  if (!may_have_twin) return;
  // Behind a FUSE event of the same key that could not be joined there may be another, which is this one's no more.
  const std::uint32_t first = waiting_.First(keys.keys[0]);
  if (first != TwinTable::kNone && entries_[first].is_fuse) return;
  At(own).waits = true;
  waiting_.Add(static_cast<std::uint32_t>(own % kMostEvents), keys);
}

void Doubles::Add(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out) {
  switch (event.boundary()) {
    case Boundary::kFuse:
      return AddFuse(event, time_ns, source, out);
    case Boundary::kKernel:
      return AddKernel(event, time_ns, source, out);
    default:
      Push(event, time_ns, source, false, out);
  }
}

void Doubles::GiveOldest(FrameBatch* out) {
  const Entry& entry = At(begin_);
  if (entry.waits) ++misses_[static_cast<std::size_t>(entry.done)];
  if (entry.waits) waiting_.Forget(static_cast<std::uint32_t>(begin_ % kMostEvents));
  if (!entry.gone) out->Append(std::span<const std::byte>(BytesAt(entry.frame), entry.size));
  ++begin_;
}

void Doubles::Give(std::uint64_t settled_ns, FrameBatch* out) {
  while (!empty() && !out->full()) {
    const Entry& oldest = At(begin_);
    if (oldest.waits && settled_ns < oldest.due_ns) return;
    GiveOldest(out);
  }
}

bool Doubles::IsOfMount(const EventView& kernel) const {
  return std::ranges::find(mounts_, kernel.Get<std::uint32_t>(layout::kPayloadFsDevice)) != mounts_.end();
}

void Doubles::RememberMount(const EventView& fuse) {
  const auto device = fuse.Get<std::uint32_t>(layout::kPayloadFsDevice);
  if (!fuse.has_fs() || device == 0 || std::ranges::find(mounts_, device) != mounts_.end()) return;
  mounts_[next_mount_++ % mounts_.size()] = device;
}

}  // namespace vexevt
