// Doubles: takes the doubles out of an ordered stream: of an operation through vexevt-fuse that the kernel told of as
// well, the FUSE event stays, joined with the kernel's (ContextJoiner), which goes. All others pass, unchanged and in
// their order; a joined event stands in the place of the FUSE event.
//
// An event waits for its twin until all that happened up to kWindowNs after it has come. One of the daemon itself,
// whose twin is nearly certain and comes when the daemon has the time, waits up to kDaemonWindowNs, unless the last
// kMostMisses of its kind had none, as vexevt-fuse does not tell of them. But no event waits longer than there is room:
// kMostBytes of frames, kMostEvents events. What comes behind it waits, too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "lib/capture/frame_batch.h"
#include "lib/capture/join_contexts.h"
#include "lib/capture/twins.h"

namespace vexevt {

class Doubles {
 public:
  // From an operation in the file system below until the daemon tells of it, or from then until the kernel tells of it
  // on the mount: tens of microseconds, and what the scheduler adds.
  static constexpr std::uint64_t kWindowNs = 2 * kNsPerMs;
  // On a busy machine the daemon's thread that tells is not always next: 37 ms were seen, with a load of 9 on 2 CPUs.
  static constexpr std::uint64_t kDaemonWindowNs = 100 * kNsPerMs;
  static constexpr std::uint32_t kMostMisses = 8;
  static constexpr std::size_t kMostBytes = std::size_t{8} << 20;
  static constexpr std::uint32_t kMostEvents = 1 << 14;

  struct Counts {
    std::uint64_t fuse = 0;              // FUSE events of which a kernel can tell, too
    std::uint64_t joined = 0;            // of these, those of which one did
    std::vector<std::uint64_t> removed;  // the kernel's events of them, by source
  };

  // Of streams that came from `sources` sources. What the process `own_pid` did is left out, with what the kernel tells
  // of it: of a file in the mount that the events are written to, say, each event would make another.
  Doubles(std::size_t sources, std::uint32_t own_pid);

  // The next event of the stream, of the source of that number, which came at `time_ns`. Gives up to *out what there is
  // no more room for.
  void Add(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out);

  // All that happened before `settled_ns` has been added. Gives what need not wait any longer, until *out is full.
  void Give(std::uint64_t settled_ns, FrameBatch* out);

  bool empty() const { return begin_ == end_; }
  // Where not empty: what Give has to be told to give the next.
  std::uint64_t due_ns() const { return entries_[begin_ % kMostEvents].due_ns; }
  const Counts& counts() const { return counts_; }

 private:
  struct Entry {
    std::uint64_t due_ns;  // it waits until then, if it waits
    std::uint64_t place;   // where its room begins, in bytes since the start
    std::uint64_t frame;   // where its frame lies; a joined one has room of its own, further on
    std::uint32_t size;
    std::uint8_t source;
    Done done;  // by the daemon itself; else kNothing
    bool is_fuse;
    bool waits = false;  // for a twin
    bool joined = false;
    bool gone = false;
  };

  Entry& At(std::uint64_t number) { return entries_[number % kMostEvents]; }
  std::uint64_t NumberOf(std::uint32_t index) const { return begin_ + (index - begin_) % kMostEvents; }
  std::byte* BytesAt(std::uint64_t place);
  EventView ViewOf(const Entry& entry);
  std::uint64_t Room(std::size_t bytes, FrameBatch* out);
  std::uint64_t Push(const EventView& event, std::uint64_t due_ns, std::size_t source, bool is_fuse, FrameBatch* out);
  std::uint64_t WindowOf(Done done) const;
  bool Join(std::uint64_t fuse, const EventView& kernel, std::size_t source, FrameBatch* out);
  void AddFuse(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out);
  void AddKernel(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out);
  void GiveOldest(FrameBatch* out);
  bool IsOfMount(const EventView& kernel) const;
  void RememberMount(const EventView& fuse);

  const std::uint32_t own_pid_;
  std::unique_ptr<std::uint64_t[]> bytes_;  // a ring: what is in use lies from the oldest's place to used_
  std::uint64_t used_ = 0;
  std::vector<Entry> entries_;         // a ring
  std::uint64_t begin_ = 0, end_ = 0;  // numbers of entries since the start
  TwinTable waiting_;
  ContextJoiner joiner_;
  std::array<std::uint32_t, 16> mounts_{};  // devices of mounts that FUSE events came from of late
  std::size_t next_mount_ = 0;
  std::array<std::uint32_t, kDoneKinds> misses_{};  // of the daemon's events of that kind, in a row
  Counts counts_;
};

}  // namespace vexevt
