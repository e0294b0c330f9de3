// What lies in a ring's file, and who writes it.
//
//   page 0              RingHeader: written once, by whoever made the file; never believed again after Open has checked
//   it page 1              RingShared: what all have in common; everybody writes it, nobody relies on it LaneCells, a
//   page   one for each lane: written by the lane's one writer reader slots        a row of positions, one for each
//   lane, of every reader that holds writers back (mode kBlock) data                lane after lane, lane_bytes each
//
// A lane is a log of batches at ever-growing byte positions, of which the file holds the last lane_bytes. It has one
// writer at a time, who holds an OFD lock (fcntl(2)) on the byte kLaneLocks + lane: the kernel gives that back however
// the writer ends, and so a dead writer is told from a slow one. A reader in mode kBlock holds kSlotLocks + slot.
//
// Everything here may be changed at any time by any process that may write the file. So positions are loaded once,
// compared with what is possible, and used from a private copy; data is copied out first and checked then. The worst
// that a hostile peer can do is to spoil its own lane, to hold back writers in mode kBlock by never reading, or to
// waste wake-ups.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vexevt {

inline constexpr std::size_t kRingPage = 4096;
inline constexpr std::uint64_t kRingMagic = 0x31676e6972786576;  // "vexring1"

inline constexpr std::uint32_t kMaxLanes = 64;
inline constexpr std::uint32_t kRingSlots = 64;
inline constexpr std::uint64_t kMinLaneBytes = std::uint64_t{64} << 10, kMaxLaneBytes = std::uint64_t{1} << 30;

// Bytes of the file that are locked, far beyond its end.
inline constexpr std::int64_t kLaneLocks = std::int64_t{1} << 40;
inline constexpr std::int64_t kSlotLocks = kLaneLocks + kMaxLanes;
inline constexpr std::int64_t kMakerLock = kSlotLocks + kRingSlots;

enum class RingMode : std::uint32_t {
  kOverwrite,  // a writer never waits: what a reader did not read in time is lost to that reader, and told
  kBlock,      // a writer waits for the slowest reader
};

struct RingHeader {
  std::uint64_t magic;
  std::uint32_t lanes;
  RingMode mode;
  std::uint64_t lane_bytes;  // a power of two
};

struct RingShared {
  // Where they sleep (sleep.h): readers for news, writers for room.
  alignas(64) std::atomic<std::uint32_t> readers;
  alignas(64) std::atomic<std::uint32_t> writers;
  alignas(64) std::atomic<std::uint64_t> lanes;  // a bit for each lane that ever had a writer
};

// The positions of a lane. The two that change with every batch or are looked at for every batch have cache lines of
// their own: `reserved` changes seldom, so that a reader has it at hand.
struct LaneCells {
  // Bytes from here on are not touched: data before reserved - lane_bytes may be overwritten.
  alignas(64) std::atomic<std::uint64_t> reserved;
  std::atomic<std::uint64_t> oldest;  // a batch that is whole starts here
  std::atomic<std::uint64_t> acked;   // kBlock: all readers have read up to here
  std::atomic<std::uint64_t> open;    // 1: has a writer who has not closed it; with the lock free, that writer died
  std::atomic<std::uint64_t> deaths;  // writers who did not close it, before the present one
  // What is before published is there; it took `events` events.
  alignas(64) std::atomic<std::uint64_t> published;
  std::atomic<std::uint64_t> events;
};

static_assert(sizeof(RingHeader) <= kRingPage && sizeof(RingShared) <= kRingPage && sizeof(LaneCells) <= kRingPage);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free,
              "atomics are shared between processes");

// In front of each batch; then `bytes` of whole frames.
struct BatchHeader {
  std::uint32_t bytes;
  std::uint32_t events;
  std::uint64_t first;  // events of the lane before this batch
  std::uint64_t
      stamp;  // strictly increasing within a writer; once there are several lanes, at least RingStamp() (stamp.h)
};
inline constexpr std::size_t kBatchHeaderWords = sizeof(BatchHeader) / 8;
static_assert(sizeof(BatchHeader) == 24);

// No batch is larger, so that a lane always holds several.
constexpr std::uint64_t MaxBatchBytes(std::uint64_t lane_bytes) { return lane_bytes / 4 - sizeof(BatchHeader); }

}  // namespace vexevt
