// ContextJoiner: makes one event of two that tell of one operation, as vexevt-fuse saw it and as the kernel did.
// Nothing that either says is lost:
//
// - The FUSE event stays: its id, times, type, process and all that it knows. The kernel's id is one of its causes.
// - A field that only the kernel's event has (the inode's generation, a size) becomes the FUSE event's.
// - What the kernel says otherwise (its time, its more general type, the path below the mount) becomes an attribute
//   "kernel.FIELD", FIELD as people name it (lib/event/field.h).
// - Where the kernel saw the daemon and not the process that asked it, all about the process becomes such attributes.
//
// Not thread-safe; reused for many pairs, nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/event/event_view.h"

namespace vexevt {

class ContextJoiner {
 public:
  // The frame of the one event, valid until the next call; empty where one cannot say all of both: a newer schema has
  // fields that this one doesn't know, or it would be larger than kMaxFrameBytes.
  std::span<const std::byte> Join(const EventView& fuse, const EventView& kernel, bool kernel_saw_daemon);

 private:
  bool Load(const EventView& view, Event* event);
  template <typename T>
  void Keep(std::string_view name, const T& kernel, T* fuse, bool take = true);
  template <typename T>
  void Tell(std::string_view name, const T& value);
  void KeepProcess(bool is_daemon);
  void KeepFile();
  void KeepAttributes(bool all_are_kernels);
  std::span<std::byte> Room(std::size_t bytes);

  Event fuse_, kernel_;
  bool joined_before_ = false;     // the FUSE event has causes already
  std::vector<std::string> keys_;  // of attributes that are told under another name
  std::size_t keys_used_ = 0;
  std::vector<std::uint64_t> buffer_;  // words: frames are 8-byte aligned
};

}  // namespace vexevt
