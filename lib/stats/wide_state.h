// The parts of a group's state that are larger than some words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "lib/base/packing.h"
#include "lib/event/field.h"
#include "lib/sketch/count_min.h"
#include "lib/sketch/hyper_log_log.h"
#include "lib/sketch/quantile_sketch.h"
#include "lib/sketch/space_saving.h"

namespace vexevt {

// The value of the earliest event that has the field, or of the latest.
class Witness {
 public:
  bool known() const { return known_; }
  std::uint64_t time_ns() const { return time_ns_; }
  // Borrows from this.
  FieldValue value() const {
    return std::holds_alternative<std::string_view>(value_) ? FieldValue(std::string_view(text_)) : value_;
  }
  // Takes a copy of `value`.
  void Set(std::uint64_t time_ns, const FieldValue& value);

  void Save(Packer* packer) const;
  bool Load(Unpacker* unpacker);

 private:
  bool known_ = false;
  std::uint64_t time_ns_ = 0;
  FieldValue value_;
  std::string text_;  // the bytes, where value_ is a text
};

// How many values lie below 0, from 0 to below 1, and from each power of two to the next: exact, and merged exactly.
class PowerHistogram {
 public:
  static constexpr std::size_t kBuckets = 67;  // below 0, below 1, 2^0 to 2^63, from 2^64 on

  void Add(std::uint64_t value);
  void Add(std::int64_t value);
  void Add(double value);  // no NaN
  void Merge(const PowerHistogram& other);

  bool empty() const { return counts_.empty(); }
  // By bucket, as far as the highest that has some; and the least number that a bucket takes, the first's being -inf.
  std::span<const std::uint64_t> counts() const { return counts_; }
  static double Begin(std::size_t bucket);
  // [[from, how many], …] without those that have none; below 0 "-inf".
  std::string Json() const;
  std::string Text() const;  // for people: from:how many, each

  void Save(Packer* packer) const;
  bool Load(Unpacker* unpacker);

 private:
  void Count(std::size_t bucket, std::uint64_t count);

  std::vector<std::uint64_t> counts_;  // as far as the highest bucket that has some
};

// How often each of different values came, by their hash, for their entropy. Exact up to kMostValues; the values beyond
// are taken for one, which makes the entropy a lower bound.
class Distribution {
 public:
  static constexpr std::size_t kMostValues = 32'768;

  void Add(std::uint64_t hash, std::uint64_t count = 1);
  void Merge(const Distribution& other);

  bool empty() const { return counts_.empty(); }
  double Entropy() const;  // Shannon's, in bits; 0 while it is empty

  void Save(Packer* packer) const;
  bool Load(Unpacker* unpacker);

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

using WideState = std::variant<std::monostate, Witness, PowerHistogram, Distribution, HyperLogLog, QuantileSketch,
                               SpaceSaving, CountMin>;

}  // namespace vexevt
