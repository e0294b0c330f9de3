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
// A key's bytes are kept, so memory goes up to the capacity times the longest keys. Inside is a heap with the least
// count on top, four children to a node: what is often seen lies at its bottom already. Steady use allocates nothing
// but for keys that are longer than all before in their place. The hash is not seeded: keys chosen to collide make it
// slow, up to a look at every key. Not for two threads at once.
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
  void Add(std::string_view key, std::uint64_t weight = 1);

  struct Item {
    std::string_view key;  // borrowed, until the sketch changes
    std::uint64_t count;
    std::uint64_t error;  // the weight is between count - error and count
  };
  // The `most` keys of the largest counts, from the largest; of equal counts the surer one first, then by the bytes.
  std::vector<Item> Top(std::size_t most) const;

  std::uint64_t ErrorBound() const { return heap_.size() < capacity_ ? 0 : heap_.front().count; }

  // Adds what `other`, another one of the same capacity, was given.
  void Merge(const SpaceSaving& other);

  void Clear();  // keeps its memory, but for that of the keys

  // Bytes of memory that it has taken beyond its own size, but for what the keys take beyond 15 bytes.
  std::size_t allocated() const {
    return heap_.capacity() * sizeof(Node) + entries_.capacity() * sizeof(Entry) + places_.capacity() * sizeof(Place);
  }

  // Equal items have equal bytes. Which of several keys with the least count goes next is not part of them.
  void Save(Packer* packer) const;
  // Replaces what it holds. False where the bytes are not what Save puts for a sketch of this capacity; it is then
  // empty.
  bool Load(Unpacker* unpacker);

 private:
  struct Node {
    std::uint64_t count;
    std::uint32_t entry;
  };
  struct Entry {
    std::string key;
    std::uint64_t error;
    std::uint32_t node;  // its place in the heap
  };
  // Of the hash table: open addressing, linear probing.
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t entry = kNone;
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::size_t PlaceOf(std::uint32_t hash, std::string_view key) const;
  void Append(std::uint32_t hash, std::string_view key, std::uint64_t count, std::uint64_t error);
  void Replace(std::uint32_t hash, std::string_view key, std::uint64_t weight);
  bool LoadItems(Unpacker* unpacker);
  void ErasePlace(std::size_t hole);
  void GrowPlaces();
  void SiftUp(std::size_t at);
  void SiftDown(std::size_t at);
  void SetNode(std::size_t at, Node node) {
    heap_[at] = node;
    entries_[node.entry].node = static_cast<std::uint32_t>(at);
  }

  std::uint32_t capacity_;
  std::uint64_t total_ = 0;
  std::vector<Node> heap_;
  std::vector<Entry> entries_;
  std::vector<Place> places_;  // a power of two, at most half of it taken, or none
};

}  // namespace vexevt
