// SpaceSaving: the most frequent keys of a stream, with counts that are never too low, and too high by a known error
// (Metwally, Agrawal, El Abbadi: "Efficient computation of frequent and top-k elements in data streams", 2005). Of a
// total weight n and a capacity of m keys:
// - no count is too high by more than ErrorBound(), which is n / m at most, and each key's own error is often less;
// - a key that is not kept has a weight of ErrorBound() at most, so each key of more than n / m is kept;
// - while there are up to m keys, all is exact.
// All of this holds for sketches that were merged, too (Cafaro, Pulimeno, Tempesta: "A parallel space saving
// algorithm", 2016; Agarwal and others: "Mergeable summaries", 2012), though which keys are kept can differ from one
// run.
//
// A key's bytes are kept, so memory goes up to the capacity times the longest keys. A key that is there costs a look
// into a hash table and no more. When one has to go, it is of those that a look at all of them found to have the least
// count. The next such look finds a greater one, and the least is n / m at most: of weights of 1, or of any one size,
// that makes a constant time for each Add, on average. Weights that are all different cost up to a look each. Steady
// use allocates nothing but for keys that are longer than all before in their place. The hash is not seeded: keys
// chosen to collide make it slow, up to a look at every key. Not for two threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/packing.h"

namespace vexevt {

class SpaceSaving {
 public:
  // `capacity`: 1 to kMaxCapacity.
  explicit SpaceSaving(std::uint32_t capacity) : capacity_(capacity) {}
  static constexpr std::uint32_t kMaxCapacity = 1 << 20;

  std::uint32_t capacity() const { return capacity_; }
  std::uint64_t total() const { return total_; }  // of all weights; like all counts it stays at the largest number

  // Integers are best given as their 8 bytes. `weight` is 1 or more.
  void Add(std::string_view key, std::uint64_t weight = 1) { AddHashed(key, HashOf(key), weight); }

  // In steps, for those who have many to add to: the hash; then what AddHashed of it will read is asked for, first
  // where its list begins, then the list's first key.
  static std::uint32_t HashOf(std::string_view key);
  void PrefetchHead(std::uint32_t hash) const {
    if (!heads_.empty()) __builtin_prefetch(&heads_[hash & (heads_.size() - 1)]);
  }
  void PrefetchEntry(std::uint32_t hash) const {
    if (heads_.empty()) return;
    const std::uint32_t entry = heads_[hash & (heads_.size() - 1)];
    if (entry != kNone) __builtin_prefetch(&entries_[entry], 1);
  }
  void AddHashed(std::string_view key, std::uint32_t hash, std::uint64_t weight = 1);

  struct Item {
    std::string_view key;  // borrowed, until the sketch changes
    std::uint64_t count;
    std::uint64_t error;  // the weight is between count - error and count
  };
  // The `most` keys of the largest counts, from the largest; of equal counts the surer one first, then by the bytes.
  std::vector<Item> Top(std::size_t most) const;

  std::uint64_t ErrorBound() const;  // looks at each key; 0 while there are fewer than the capacity

  // Adds what `other`, another one of the same capacity, was given.
  void Merge(const SpaceSaving& other);

  void Clear();  // keeps its memory, but for that of the keys

  // Bytes of memory that it has taken beyond its own size, but for what the keys take beyond 15 bytes.
  std::size_t allocated() const {
    return entries_.capacity() * sizeof(Entry) + (heads_.capacity() + least_.capacity()) * sizeof(std::uint32_t);
  }

  // Equal items have equal bytes. Which of several keys with the least count goes next is not part of them.
  void Save(Packer* packer) const;
  // Replaces what it holds. False where the bytes are not what Save puts for a sketch of this capacity; it is then
  // empty.
  bool Load(Unpacker* unpacker);

 private:
  struct alignas(64) Entry {  // a cache line
    std::uint64_t count;
    std::string key;
    std::uint64_t error;
    std::uint32_t hash;
    std::uint32_t next;  // of those with the same head
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::uint32_t& HeadOf(std::uint32_t hash) { return heads_[hash & (heads_.size() - 1)]; }
  std::uint32_t Find(std::uint32_t hash, std::string_view key) const;
  void Append(std::uint32_t hash, const Item& item);
  void Link(std::uint32_t entry);
  void Unlink(std::uint32_t entry);
  std::uint32_t TakeLeast();
  void FindLeast();
  bool LoadItems(Unpacker* unpacker);

  std::uint32_t capacity_;
  std::uint64_t total_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> heads_;  // of lists of entries, by the hash; a power of two, twice the entries or more
  std::uint64_t least_count_ = 0;
  std::vector<std::uint32_t> least_;  // entries that had this count when it was the least; they may have more now
};

}  // namespace vexevt
