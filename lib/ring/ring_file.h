// RingFile: the file of a ring: made, opened, checked and mapped; who holds which lane or slot.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/ring/layout.h"
#include "lib/ring/mapping.h"

namespace vexevt {

// How a ring is written after ring: "/dev/shm/events,block,size=16M,lanes=8": a path and what it is made with where it
// isn't there yet. The path ends at the first comma.
struct RingName {
  std::string path;
  std::optional<RingMode> mode;
  std::optional<std::uint64_t> lane_bytes;
  std::optional<std::uint32_t> lanes;
};
// kInvalidArgument for an empty path, an option that there is none of, a size or number out of range. A size is rounded
// up to a power of two.
Result<RingName> ParseRingName(const std::string& text);

// The words of a lane's data, for LaneWriter and LaneReader: those from a byte position on lie in one piece, because
// the data is mapped twice.
struct LaneWords {
  std::uint64_t* words = nullptr;
  std::uint64_t mask = 0;  // lane_bytes - 1

  std::uint64_t Load(std::uint64_t position, std::size_t index) const {
    return std::atomic_ref(At(position)[index]).load(std::memory_order_acquire);
  }
  void Store(std::uint64_t position, std::size_t index, std::uint64_t value) const {
    std::atomic_ref(At(position)[index]).store(value, std::memory_order_release);
  }
  // Takes the cache lines of the next small batch away from readers now, which would hold up its stores then: 20 ns
  // less from process to process for one of 300 bytes.
  void PrepareToStore(std::uint64_t position) const {
#if defined(__x86_64__)
    // Not __builtin_prefetch: for the x86-64 baseline that is a prefetch for reading.
    for (std::size_t word = 0; word < 48; word += 8) asm volatile("prefetchw %0" : : "m"(At(position)[word]));
#else
    for (std::size_t word = 0; word < 48; word += 8) __builtin_prefetch(At(position) + word, 1);
#endif
  }

 private:
  std::uint64_t* At(std::uint64_t position) const { return words + (position & mask) / 8; }
};

class RingFile {
 public:
  // Opens the ring, or makes it where there is none: readable and writable for its owner alone (whoever may write it
  // may also spoil it); 8 MiB a lane, 32 lanes, kOverwrite. An existing file that is no ring is refused and left as it
  // is, and so is a ring that was made otherwise than `name` asks for.
  static Result<RingFile> OpenOrMake(const RingName& name);
  // kNotFound where there is none.
  static Result<RingFile> Open(const RingName& name);

  const std::string& path() const { return path_; }
  std::uint32_t lanes() const { return header_.lanes; }
  RingMode mode() const { return header_.mode; }
  std::uint64_t lane_bytes() const { return header_.lane_bytes; }

  RingShared& shared() const;
  LaneCells& cells(std::uint32_t lane) const;
  std::atomic<std::uint64_t>& slot(std::uint32_t slot, std::uint32_t lane) const;

  Result<Mapping> MapLane(std::uint32_t lane, Mapping::Access access) const;
  LaneWords WordsOf(const Mapping& lane) const;
  // Takes the memory or disk space of a lane now, so that it can't run out later.
  Status Allocate(std::uint32_t lane) const;

  // False: somebody else holds it. Given back by Unlock, or when this file is closed, however.
  bool TryLock(std::int64_t byte) const;
  void Unlock(std::int64_t byte) const;
  // Whether somebody else holds one of `count` bytes from `first` on.
  bool IsLocked(std::int64_t first, std::int64_t count) const;

  bool broken() const { return front_.broken(); }
  // For what is found when broken.
  Status Broken() const;

 private:
  RingFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  Status Make(const RingName& name);
  Status Check(const RingName& name);
  Status MapFront();
  std::uint64_t data_offset() const;

  std::string path_;
  UniqueFd fd_;
  RingHeader header_{};  // as it was checked
  Mapping front_;        // all before the data
};

}  // namespace vexevt
