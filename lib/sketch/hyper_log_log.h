// HyperLogLog: how many different values were there? A register for each of 2^precision parts of the hashes keeps the
// longest row of zeros that it has seen, one more than that to be exact (Flajolet, Fusy, Gandouet, Meunier:
// "HyperLogLog", 2007). The estimate is Ertl's improved one (arXiv:1702.01284, section 4), which needs no table of
// biases and no other formula for small numbers.
//
// Few values are kept apart, as 26 bits of a hash and the zeros behind (Heule, Nunkesser, Hall: "HyperLogLog in
// Practice", 2013): up to sparse_limit() of them the answer, rounded, is exact but for hashes that agree in 26 bits,
// a chance of n * n / 2^27. That takes 4 bytes a value and some room; the registers take 2^precision bytes.
//
// What a sketch holds follows from the set of hashes alone: any order, any repetition and any way of merging give the
// same, and the same bytes. Allocates while it is sparse, and when it ceases to be. Not for two threads at once.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/packing.h"

namespace vexevt {

class HyperLogLog {
 public:
  static constexpr int kMinPrecision = 10;
  static constexpr int kMaxPrecision = 16;
  static constexpr int kDefaultPrecision = 12;

  explicit HyperLogLog(int precision = kDefaultPrecision) : precision_(precision) {}

  int precision() const { return precision_; }

  // The standard deviation of the estimate of many values, as a part of it: 1.04 / sqrt(2^precision), 1.6 % of 12.
  double StandardError() const;
  std::size_t sparse_limit() const { return registers() * 3 / 32; }

  // Takes a value by its hash, of 64 bits that are all equally good (lib/sketch/item_hash.h).
  void Add(std::uint64_t hash) {
    if (dense_.empty()) return AddSparse(SparseOf(hash));
    const std::uint64_t rest = hash << precision_ | std::uint64_t{1} << (precision_ - 1);
    Raise(hash >> (64 - precision_), static_cast<std::uint8_t>(std::countl_zero(rest) + 1));
  }

  // For those who have many to add to: asks for the memory that Add of this hash will read.
  void Prefetch(std::uint64_t hash) const {
    if (!dense_.empty()) {
      __builtin_prefetch(&dense_[hash >> (64 - precision_)], 1);
    } else if (!sparse_.empty()) {
      __builtin_prefetch(&sparse_[hash >> (64 - kSparsePrecision) & (sparse_.size() - 1)], 1);
    }
  }

  double Estimate() const;

  // As if it had been given all that `other`, another one of the same precision, was given.
  void Merge(const HyperLogLog& other);

  void Clear();

  // Bytes of memory that it has taken beyond its own size.
  std::size_t allocated() const { return sparse_.capacity() * sizeof(std::uint32_t) + dense_.capacity(); }

  void Save(Packer* packer) const;
  // Replaces what it holds. False where the bytes are not what Save puts for a sketch of this precision; it is then
  // empty.
  bool Load(Unpacker* unpacker);

 private:
  // A value of the sparse form: 26 bits of the hash, then 6 bits for the first one bit behind them, from 1. Never 0.
  static constexpr int kSparsePrecision = 26;
  static constexpr int kRankBits = 6;

  static std::uint32_t SparseOf(std::uint64_t hash) {
    const std::uint64_t rest = hash << kSparsePrecision | std::uint64_t{1} << (kSparsePrecision - 1);
    return static_cast<std::uint32_t>(hash >> (64 - kSparsePrecision) << kRankBits) |
           static_cast<std::uint32_t>(std::countl_zero(rest) + 1);
  }

  std::size_t registers() const { return std::size_t{1} << precision_; }
  void Raise(std::size_t at, std::uint8_t rank) {
    if (dense_[at] < rank) dense_[at] = rank;
  }
  void AddSparse(std::uint32_t value);
  void RaiseBySparse(std::uint32_t value);
  std::uint32_t* PlaceOf(std::uint32_t value);
  void GrowSparse();
  void BecomeDense();
  bool LoadSparse(Unpacker* unpacker);
  bool LoadDense(Unpacker* unpacker);

  int precision_;
  std::uint32_t sparse_size_ = 0;
  std::vector<std::uint32_t> sparse_;  // a hash table by the 26 bits, open addressing, 0 where there is nothing
  std::vector<std::uint8_t> dense_;    // the registers; empty while it is sparse
};

}  // namespace vexevt
