// CountMin: how often was a value seen that is named only afterwards? Rows of counters; a value adds to one counter of
// each row, by parts of its hash, and the least of its counters is the estimate (Cormode, Muthukrishnan: "An improved
// data stream summary: the count-min sketch and its applications", 2005). Of a total n:
// - an estimate is never too low;
// - it is too high by more than ErrorBound(), e / kWidth (0.066 %) of n, with a chance of e^-kDepth (0.7 %) at most.
// That is a share of all that was counted: of a rare value among very many it says little more than that it is rare. An
// estimate of 0 is certain.
//
// Up to kMostExact different values are kept apart, by their hashes: then all is exact, but for hashes of 64 bits that
// agree. That takes 16 bytes a value and some room; the counters take 40 KB, and 160 KB once one is above 65,535.
//
// What a sketch holds follows from how often each hash was added alone: any order and any way of merging give the same,
// and the same bytes. Hence updates that would spare some counters ("conservative") are no choice. Counts stay at the
// largest number instead of going round. Allocates while it is exact, when it ceases to be, and when counts outgrow 16
// bits. Not for two threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/packing.h"
#include "lib/sketch/narrow_counts.h"

namespace vexevt {

class CountMin {
 public:
  static constexpr std::size_t kWidth = 4096, kDepth = 5;
  static constexpr std::size_t kMostExact = 1024;

  bool exact() const { return counters_.size() == 0; }
  std::uint64_t total() const { return total_; }

  // Takes a value by its hash, of 64 bits that are all equally good (lib/sketch/item_hash.h). `count` is 1 or more.
  void Add(std::uint64_t hash, std::uint64_t count = 1);

  // For those who have many to add to: asks for the memory that Add of this hash will read.
  void Prefetch(std::uint64_t hash) const {
    if (exact()) {
      if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], 1);
      return;
    }
    for (std::size_t row = 0; row < kDepth; ++row) counters_.Prefetch(CounterOf(hash, row));
  }

  std::uint64_t Estimate(std::uint64_t hash) const;
  std::uint64_t ErrorBound() const;  // 0 while it is exact

  // As if it had been given all that `other` was given.
  void Merge(const CountMin& other);

  void Clear();

  // Bytes of memory that it has taken beyond its own size.
  std::size_t allocated() const { return slots_.capacity() * sizeof(Slot) + counters_.allocated(); }

  void Save(Packer* packer) const;
  // Replaces what it holds. False where the bytes are not what Save puts; it is then empty.
  bool Load(Unpacker* unpacker);

 private:
  static constexpr int kBitsOfRow = 12;  // of a hash, which has enough for all rows
  static_assert(kWidth == std::size_t{1} << kBitsOfRow && kBitsOfRow * kDepth <= 64);

  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t count = 0;  // 0: there is nothing
  };

  static std::size_t CounterOf(std::uint64_t hash, std::size_t row) {
    return row * kWidth + (hash >> (row * kBitsOfRow) & (kWidth - 1));
  }
  std::size_t SlotOf(std::uint64_t hash) const;
  void AddExact(std::uint64_t hash, std::uint64_t count);
  void AddToCounters(std::uint64_t hash, std::uint64_t count) {
    for (std::size_t row = 0; row < kDepth; ++row) counters_.Add(CounterOf(hash, row), count);
  }
  void GrowSlots();
  void BecomeCounters();
  bool LoadExact(Unpacker* unpacker);
  bool LoadCounters(Unpacker* unpacker);

  std::uint64_t total_ = 0;
  std::size_t used_ = 0;     // of the slots
  std::vector<Slot> slots_;  // a hash table, open addressing; empty once there are counters
  NarrowCounts counters_;    // row by row; none while it is exact
};

}  // namespace vexevt
