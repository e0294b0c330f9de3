// QuantileSketch: quantiles of numbers with an error in proportion to the answer (DDSketch: Masson, Rim, Lee,
// arXiv:1908.10693). The q-quantile of n numbers is the one at place floor(q * (n - 1)) of them in order, counted from
// 0. Its estimate is off by alpha() of it at most, whatever the numbers are like, and exact for up to kExact numbers,
// which are kept as they are.
//
// The window of buckets is bounded, from the largest number of either sign down (lib/sketch/bucket_counts.h): of 2,048
// buckets with an alpha of 1 % it reaches over 17 powers of ten. What is nearer to 0 is known as that only; a quantile
// that falls there says so. Numbers below the least normal double, 2.2e-308, count as 0. NaN and infinities are
// counted, and are no part of the rest.
//
// What a sketch holds follows from the numbers alone: any order and any way of merging give the same, and the same
// bytes. Allocates when it spreads over new buckets. Not for two threads at once.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "lib/base/packing.h"
#include "lib/sketch/bucket_counts.h"
#include "lib/sketch/log_buckets.h"
#include "lib/sketch/saturating.h"

namespace vexevt {

class QuantileSketch {
 public:
  static constexpr std::size_t kExact = 48;
  static constexpr double kDefaultAlpha = 0.01;
  static constexpr std::uint32_t kDefaultBuckets = 2048;

  // LogBuckets says what `alpha` can be. `buckets`, at least 1, is the bound for each sign.
  explicit QuantileSketch(double alpha = kDefaultAlpha, std::uint32_t buckets = kDefaultBuckets)
      : mapping_(alpha), positive_(buckets), negative_(buckets) {}

  double alpha() const { return mapping_.alpha(); }

  // Takes a number as often as `count` says, 1 or more.
  void Add(double value, std::uint64_t count = 1) {
    if (!std::isfinite(value)) {
      refused_ = SaturatingSum(refused_, count);
      return;
    }
    value += 0.0;  // no -0
    if (count_ == 0 || value < min_) min_ = value;
    if (count_ == 0 || value > max_) max_ = value;
    count_ = SaturatingSum(count_, count);
    if (count_ <= kExact) {
      exact_.insert(exact_.end(), static_cast<std::size_t>(count), value);
      return;
    }
    if (!exact_.empty()) LeaveExact();
    AddToBucket(value, count);
  }

  // For those who have many to add to: asks for the memory that Add of this number will read.
  void Prefetch(double value) const {
    if (!exact_.empty()) {
      __builtin_prefetch(exact_.data() + exact_.size(), 1);
    } else if (value >= std::numeric_limits<double>::min() && std::isfinite(value)) {
      positive_.Prefetch(mapping_.IndexOf(value));
    }
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t refused() const { return refused_; }  // NaN and infinities

  struct Quantile {
    double value;           // not outside of what was added
    double relative_error;  // 0, alpha, or infinite: nearer to 0 than the buckets go
  };
  // Of `q` from 0, the least number, to 1, the greatest; both of these are exact. NaN where there is no number.
  Quantile At(double q) const;

  // As if it had been given all that `other`, another one of the same alpha and bound, was given.
  void Merge(const QuantileSketch& other);

  void Clear();  // keeps the memory of its buckets

  // Bytes of memory that it has taken beyond its own size.
  std::size_t allocated() const {
    return exact_.capacity() * sizeof(double) + positive_.counts().allocated() + negative_.counts().allocated();
  }

  void Save(Packer* packer) const;
  // Replaces what it holds. False where the bytes are not what Save puts for a sketch of this alpha and bound; it is
  // then empty.
  bool Load(Unpacker* unpacker);

 private:
  void AddToBucket(double value, std::uint64_t count) {
    if (value >= std::numeric_limits<double>::min()) {
      positive_.Add(mapping_.IndexOf(value), count);
    } else if (value <= -std::numeric_limits<double>::min()) {
      negative_.Add(mapping_.IndexOf(-value), count);
    } else {
      zeros_ = SaturatingSum(zeros_, count);
    }
  }
  void LeaveExact();
  double ExactAt(std::uint64_t rank) const;
  Quantile EstimateAt(std::uint64_t rank) const;
  bool LoadExact(Unpacker* unpacker);
  bool LoadBuckets(Unpacker* unpacker);
  bool BucketsReachTheEnds() const;

  LogBuckets mapping_;
  std::uint64_t count_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t zeros_ = 0;
  double min_ = 0, max_ = 0;
  std::vector<double> exact_;  // all of them while there are up to kExact, else empty
  BucketCounts positive_;
  BucketCounts negative_;  // by the absolute value
};

}  // namespace vexevt
