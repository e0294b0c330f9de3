// NarrowCounts: a row of counts that take 16 bits each until one of them outgrows that, then 64: most sketches are of
// few numbers. A count stays at the largest number of 64 bits instead of going round.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "lib/base/bytes.h"

namespace vexevt {

class NarrowCounts {
 public:
  // All 0.
  explicit NarrowCounts(std::size_t size = 0) : parts_(size) {}

  std::size_t size() const { return wide_ ? parts_.size() / kParts : parts_.size(); }
  std::uint64_t operator[](std::size_t at) const {
    return wide_ ? Load<std::uint64_t>(&parts_[at * kParts]) : parts_[at];
  }
  void Add(std::size_t at, std::uint64_t count) {
    if (wide_ || count > std::size_t{std::numeric_limits<std::uint16_t>::max()} - parts_[at]) return AddWide(at, count);
    parts_[at] = static_cast<std::uint16_t>(parts_[at] + count);
  }

  // Adds to each count that of `other`, which has as many.
  void AddAll(const NarrowCounts& other);

  // All 0; keeps its memory.
  void Clear() { std::fill(parts_.begin(), parts_.end(), 0); }

  // For those who have many to add to: asks for the memory that Add will read.
  void Prefetch(std::size_t at) const { __builtin_prefetch(&parts_[wide_ ? at * kParts : at], 1); }

  // Bytes of memory that it has taken beyond its own size.
  std::size_t allocated() const { return parts_.capacity() * sizeof(std::uint16_t); }

 private:
  static constexpr std::size_t kParts = sizeof(std::uint64_t) / sizeof(std::uint16_t);

  void Widen();
  void AddWide(std::size_t at, std::uint64_t count);

  bool wide_ = false;
  std::vector<std::uint16_t> parts_;  // of a count: one, or, where it is wide, kParts
};

}  // namespace vexevt
