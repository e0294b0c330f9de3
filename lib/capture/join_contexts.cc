#include "lib/capture/join_contexts.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "lib/base/bytes.h"
#include "lib/event/field.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

constexpr std::string_view kPrefix = "kernel.";

const Attribute* Find(const std::vector<Attribute>& attributes, std::string_view key) {
  auto found = std::ranges::find(attributes, key, &Attribute::key);
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace

std::span<std::byte> ContextJoiner::Room(std::size_t bytes) {
  if (buffer_.size() * 8 < bytes) buffer_.resize(RoundUpToWord(bytes) / 8);
  return std::as_writable_bytes(std::span(buffer_));
}

// False: values do not say all that the frame does. What they say is canonical, as our own frames are.
bool ContextJoiner::Load(const EventView& view, Event* event) {
  Unpack(view, event);
  std::span<std::byte> room = Room(EncodedBound(*event));
  std::size_t size = Encode(*event, room.data());
  return size == view.frame().size() && std::memcmp(room.data(), view.frame().data(), size) == 0;
}

template <typename T>
void ContextJoiner::Tell(std::string_view name, const T& value) {
  Attribute attribute{name, AttributeText{}};
  if constexpr (std::is_same_v<T, std::string_view>) {
    attribute.value = AttributeText{value};
  } else {
    attribute.value = static_cast<std::int64_t>(value);
  }
  // Another event of the kernel may have said the same: that a file was made, and that it was opened.
  if (joined_before_ && std::ranges::find(fuse_.attributes, attribute) != fuse_.attributes.end()) return;
  fuse_.attributes.push_back(attribute);
}

// `name` begins with kPrefix. `take`: what the FUSE event doesn't have it may get.
template <typename T>
void ContextJoiner::Keep(std::string_view name, const T& kernel, T* fuse, bool take) {
  if (kernel == T{} || kernel == *fuse) return;
  if (take && *fuse == T{}) {
    *fuse = kernel;
  } else {
    Tell(name, kernel);
  }
}

void ContextJoiner::KeepProcess(bool is_daemon) {
  // A process that vexevt-fuse doesn't know (the kernel's own writes have none) is the kernel's to tell.
  const bool take = !is_daemon && (fuse_.pid == 0 || fuse_.pid == kernel_.pid);
  Keep("kernel.pid", kernel_.pid, &fuse_.pid, take);
  Keep("kernel.tid", kernel_.tid, &fuse_.tid, take);
  Keep("kernel.comm", kernel_.comm, &fuse_.comm, take);
  Keep("kernel.exe", kernel_.exe, &fuse_.exe, take);
  Keep("kernel.cgroup", kernel_.cgroup, &fuse_.cgroup, take);
  if ((kernel_.flags & kFlagCredentials) == 0) return;
  if (take && (fuse_.flags & kFlagCredentials) == 0) {
    fuse_.uid = kernel_.uid;
    fuse_.gid = kernel_.gid;
    fuse_.ppid = kernel_.ppid;
    fuse_.flags |= kFlagCredentials;
    return;
  }
  // A 0 says root here, or that it is not known.
  const bool known = (fuse_.flags & kFlagCredentials) != 0;
  if (!known || kernel_.uid != fuse_.uid) Tell("kernel.uid", kernel_.uid);
  if (!known || kernel_.gid != fuse_.gid) Tell("kernel.gid", kernel_.gid);
  if (!known || kernel_.ppid != fuse_.ppid) Tell("kernel.ppid", kernel_.ppid);
}

void ContextJoiner::KeepFile() {
  const auto& kernel = std::get<FsPayload>(kernel_.payload);
  auto& fuse = std::get<FsPayload>(fuse_.payload);
  Keep("kernel.path", kernel.path, &fuse.path);
  Keep("kernel.path2", kernel.path2, &fuse.path2, fuse.path == kernel.path);
  Keep("kernel.xattr", kernel.xattr, &fuse.xattr);
  Keep("kernel.inode", kernel.inode, &fuse.inode);
  Keep("kernel.offset", kernel.offset, &fuse.offset);
  Keep("kernel.length", kernel.length, &fuse.length);
  Keep("kernel.device", kernel.device, &fuse.device);
  Keep("kernel.generation", kernel.generation, &fuse.generation);
  Keep("kernel.mount", kernel.mount, &fuse.mount);
  Keep("kernel.openflags", kernel.open_flags, &fuse.open_flags);
  if ((kernel_.flags & kFlagStat) == 0) return;
  if ((fuse_.flags & kFlagStat) == 0) {
    fuse.mode = kernel.mode;
    fuse.size = kernel.size;
    fuse_.flags |= kFlagStat;
    return;
  }
  if (kernel.mode != fuse.mode) Tell("kernel.mode", kernel.mode);
  if (kernel.size != fuse.size) Tell("kernel.size", kernel.size);
}

void ContextJoiner::KeepAttributes(bool all_are_kernels) {
  for (const Attribute& attribute : kernel_.attributes) {
    const Attribute* own = Find(fuse_.attributes, attribute.key);
    if (own != nullptr && *own == attribute) continue;
    if (own == nullptr && !all_are_kernels) {
      fuse_.attributes.push_back(attribute);
      continue;
    }
    if (keys_used_ == keys_.size()) keys_.emplace_back();
    std::string& key = keys_[keys_used_++];
    key.assign(kPrefix).append(attribute.key);
    fuse_.attributes.push_back({key, attribute.value});
  }
}

std::span<const std::byte> ContextJoiner::Join(const EventView& fuse, const EventView& kernel, bool kernel_saw_daemon) {
  if (!fuse.has_fs() || !kernel.has_fs()) return {};
  if (!Load(fuse, &fuse_) || !Load(kernel, &kernel_)) return {};
  // Views into a vector of strings, none of which may move: grown here, before there are any.
  keys_used_ = 0;
  if (keys_.size() < kernel_.attributes.size()) keys_.resize(kernel_.attributes.size());

  joined_before_ = !fuse_.causes.empty();
  fuse_.causes.push_back(kernel_.id);
  fuse_.causes.insert(fuse_.causes.end(), kernel_.causes.begin(), kernel_.causes.end());
  Keep("kernel.time", kernel_.wall_ns, &fuse_.wall_ns);
  Keep("kernel.mono", kernel_.mono_ns, &fuse_.mono_ns);
  Keep("kernel.hlc", kernel_.hlc, &fuse_.hlc, false);
  if (kernel_.type != fuse_.type) {
    if (std::string_view name = KnownTypeName(kernel_.type); !name.empty()) {
      Tell("kernel.type", name);
    } else {
      Tell("kernel.type", kernel_.type);
    }
  }
  if (kernel_.priority != fuse_.priority && kernel_.priority != Priority::kNormal) {
    if (fuse_.priority == Priority::kNormal) {
      fuse_.priority = kernel_.priority;
    } else {
      Tell("kernel.priority", PriorityName(kernel_.priority));
    }
  }
  Keep("kernel.result", kernel_.result, &fuse_.result);
  Keep("kernel.latency", kernel_.latency_ns, &fuse_.latency_ns);
  Keep("kernel.host", kernel_.host, &fuse_.host);
  Keep("kernel.tenant", kernel_.tenant, &fuse_.tenant);
  Context& context = fuse_.context;
  const bool no_trace = (context.trace_high | context.trace_low) == 0;
  Keep("kernel.trace.high", kernel_.context.trace_high, &context.trace_high, no_trace);
  Keep("kernel.trace.low", kernel_.context.trace_low, &context.trace_low, no_trace);
  Keep("kernel.span", kernel_.context.span, &context.span);
  Keep("kernel.session", kernel_.context.session, &context.session);
  Keep("kernel.transaction", kernel_.context.transaction, &context.transaction);
  KeepProcess(kernel_saw_daemon);
  KeepFile();
  // The object is the same; that it was split from a merged event is how the kernel's event came about.
  fuse_.flags |= kernel_.flags & kFlagDirectory;
  if (std::uint16_t more = kernel_.flags & static_cast<std::uint16_t>(~fuse_.flags); more != 0) {
    Tell("kernel.flags", more);
  }
  KeepAttributes(kernel_saw_daemon);

  std::size_t bound = EncodedBound(fuse_);
  if (bound > kMaxFrameBytes) return {};
  std::span<std::byte> room = Room(bound);
  return room.first(Encode(fuse_, room.data()));
}

}  // namespace vexevt
