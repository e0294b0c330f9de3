// Counts by bucket, of a window of buckets that ends with the highest that has one: what is lower goes into the lowest
// of the window, and is "collapsed" (DDSketch, section 2.2). So what it holds follows from what was added alone, in any
// order and any grouping. Counts stay at the largest number instead of going round. Allocates when the window grows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/base/packing.h"
#include "lib/sketch/narrow_counts.h"

namespace vexevt {

class BucketCounts {
 public:
  // Windows have at most `limit` buckets, 1 or more.
  explicit BucketCounts(std::uint32_t limit) : limit_(limit) {}

  // Indices are within 2^24 of 0, counts above 0.
  void Add(std::int32_t index, std::uint64_t count) {
    const auto at = static_cast<std::uint32_t>(index - first_);
    if (at >= counts_.size()) return AddOutside(index, count);
    counts_.Add(at, count);
  }

  void Prefetch(std::int32_t index) const {
    const auto at = static_cast<std::uint32_t>(index - first_);
    if (at < counts_.size()) counts_.Prefetch(at);
  }

  bool empty() const;
  std::uint64_t total() const;
  // How many were lower than the window; they are among those of its lowest bucket.
  std::uint64_t collapsed() const { return collapsed_; }
  // The lowest and the highest bucket that has a count, where there is one.
  std::int32_t lowest() const { return first_ + static_cast<std::int32_t>(Filled().first); }
  std::int32_t highest() const { return first_ + static_cast<std::int32_t>(Filled().end) - 1; }
  // The count of bucket begin() + i at i; some at either end can be 0.
  const NarrowCounts& counts() const { return counts_; }
  std::int32_t begin() const { return first_; }

  void Merge(const BucketCounts& other);
  void Clear();

  void Save(Packer* packer) const;
  // Replaces what it holds. False where it is nothing that Save puts for this limit; what it holds is then undefined
  // until it is cleared.
  bool Load(Unpacker* unpacker);

 private:
  struct Range {
    std::size_t first = 0, end = 0;  // of counts_
  };

  Range Filled() const;
  void AddOutside(std::int32_t index, std::uint64_t count);
  void Cover(std::int32_t low, std::int32_t high);

  std::uint32_t limit_;
  std::int32_t first_ = 0;
  std::uint64_t collapsed_ = 0;  // above 0 only where the window is as long as may be and its last bucket has a count
  NarrowCounts counts_;
};

}  // namespace vexevt
