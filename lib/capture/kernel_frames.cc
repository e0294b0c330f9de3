#include "lib/capture/kernel_frames.h"

#include <cstring>
#include <utility>
#include <variant>

#include "lib/event/encode.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

Status Malformed() { return DataLoss("the kernel module gave a malformed event"); }

}  // namespace

void KernelFrames::Select(std::vector<std::string> folders, bool asked) {
  bounded_ = !folders.empty();
  asked_ = asked;
  folders_ = RootSet(std::move(folders));
}

// What we or our readers did, or what was ours and came back over the bus: told, each would make another.
bool KernelFrames::IsOwn(const EventView& event) {
  if ((event.flags() & kFlagInjected) != 0) return event.id().source == id_source_;
  return processes_ != nullptr && processes_->IsDownstream(event.pid());
}

bool KernelFrames::Holds(const EventView& event) const {
  if (folders_.Holds(event.path())) return true;
  return event.type() == kFsRename && folders_.Holds(event.path2());
}

bool KernelFrames::TakesRename(const EventView& event) {
  bool from = folders_.Holds(event.path()), to = folders_.Holds(event.path2());
  if (from == to) return from && selection_.WantsType(kFsRename);
  Unpack(event, &event_);
  event_.type = from ? kFsMoveOut : kFsMoveIn;
  FsPayload& fs = std::get<FsPayload>(event_.payload);
  if (to) std::swap(fs.path, fs.path2);
  frame_.clear();
  AppendFrame(event_, &frame_);
  return selection_.WantsType(event_.type);
}

bool KernelFrames::Takes(const EventView& event) {
  EventType type = event.type();
  bool injected = (event.flags() & kFlagInjected) != 0;
  // Frames from the bus pass the kernel's filter; those may be written by a schema that is newer than ours.
  if (bounded_ && type == kFsRename && !injected && event.has_fs()) return TakesRename(event);
  if (!selection_.WantsType(type)) return false;
  if (bounded_ && (injected || !asked_) && event.has_fs() && !Holds(event)) return false;
  return !command_ || type != kSystemUnmount || injected;
}

Status KernelFrames::Forward(std::span<std::byte> frames, FrameBatch* batch) {
  std::byte* out = frames.data();
  EventView event;
  while (!frames.empty()) {
    std::size_t size = MeasureFrame(frames).bytes;
    if (size > frames.size() || !EventView::Bind(frames.first(size), &event)) return Malformed();
    ++counters.reported;
    if ((event.flags() & kFlagInjected) == 0) last_ = {event.wall_ns(), event.mono_ns()};
    frame_.clear();
    bool own = IsOwn(event);
    if (!own && Takes(event)) {
      ++counters.events;
      if (event.type() == kVexevtLost) ++counters.gaps;
      std::span<const std::byte> frame = event.frame();
      if (!frame_.empty()) {
        // The kernel's frames are canonical: one with the same parts in another order is as long, and as sound.
        frame = frame_;
        if (frame.size() > size || !EventView::Bind(frame, &event)) return Malformed();
      }
      if (out != frame.data()) std::memmove(out, frame.data(), frame.size());
      out += frame.size();
    } else {
      ++(own ? counters.own : counters.unwanted);
    }
    frames = frames.subspan(size);
  }
  batch->Commit(static_cast<std::size_t>(out - batch->Reserve(0)));
  return Status::Ok();
}

}  // namespace vexevt
