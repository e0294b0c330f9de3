#include "lib/sketch/quantile_sketch.h"

#include <algorithm>

namespace vexevt {
namespace {

constexpr std::uint8_t kQuantileForm = 1;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

// As Add keeps a number.
bool IsKept(double value) { return std::isfinite(value) && !(value == 0 && std::signbit(value)); }

}  // namespace

void QuantileSketch::LeaveExact() {
  for (const double value : exact_) AddToBucket(value, 1);
  exact_ = {};
}

QuantileSketch::Quantile QuantileSketch::At(double q) const {
  if (count_ == 0) return {std::numeric_limits<double>::quiet_NaN(), 0};
  if (!(q > 0)) return {min_, 0};
  if (q >= 1) return {max_, 0};
  const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1));
  if (count_ <= kExact) return {ExactAt(rank), 0};
  return EstimateAt(rank);
}

double QuantileSketch::ExactAt(std::uint64_t rank) const {
  std::vector<double> values = exact_;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

QuantileSketch::Quantile QuantileSketch::EstimateAt(std::uint64_t rank) const {
  const auto within = [this](double value) { return std::clamp(value, min_, max_); };
  std::uint64_t seen = 0;
  const auto reaches = [&seen, rank](std::uint64_t count) { return (seen = SaturatingSum(seen, count)) > rank; };

  // Those nearest to 0 come last here and first there.
  const NarrowCounts& below = negative_.counts();
  const std::uint64_t below_total = negative_.total();
  for (std::size_t at = below.size(); at > 0; --at) {
    if (!reaches(below[at - 1])) continue;
    const bool collapsed = rank >= below_total - negative_.collapsed();
    const auto index = negative_.begin() + static_cast<std::int32_t>(at - 1);
    return {within(-mapping_.ValueOf(index)), collapsed ? kInfinite : alpha()};
  }
  if (reaches(zeros_)) return {0, alpha()};
  const std::uint64_t not_above = seen;
  const NarrowCounts& above = positive_.counts();
  for (std::size_t at = 0; at < above.size(); ++at) {
    if (!reaches(above[at])) continue;
    const bool collapsed = rank < SaturatingSum(not_above, positive_.collapsed());
    const auto index = positive_.begin() + static_cast<std::int32_t>(at);
    return {within(mapping_.ValueOf(index)), collapsed ? kInfinite : alpha()};
  }
  return {max_, 0};  // a count so large that as a double it is larger
}

void QuantileSketch::Merge(const QuantileSketch& other) {
  refused_ = SaturatingSum(refused_, other.refused_);
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ = SaturatingSum(count_, other.count_);
  if (count_ <= kExact) {
    exact_.insert(exact_.end(), other.exact_.begin(), other.exact_.end());
    return;
  }
  LeaveExact();
  for (const double value : other.exact_) AddToBucket(value, 1);
  zeros_ = SaturatingSum(zeros_, other.zeros_);
  positive_.Merge(other.positive_);
  negative_.Merge(other.negative_);
}

void QuantileSketch::Clear() {
  count_ = refused_ = zeros_ = 0;
  min_ = max_ = 0;
  exact_.clear();
  positive_.Clear();
  negative_.Clear();
}

// What follows from the rest, the count and (of few numbers) the least and the greatest, is not put.
void QuantileSketch::Save(Packer* packer) const {
  packer->Put(kQuantileForm);
  packer->Put(alpha());
  packer->PutVarint(refused_);
  const bool exact = count_ <= kExact;
  packer->Put(exact);
  if (exact) {
    std::vector<double> values = exact_;
    std::sort(values.begin(), values.end());
    packer->Put(static_cast<std::uint8_t>(values.size()));
    for (const double value : values) packer->Put(value);
    return;
  }
  packer->Put(min_);
  packer->Put(max_);
  packer->PutVarint(zeros_);
  positive_.Save(packer);
  negative_.Save(packer);
}

bool QuantileSketch::Load(Unpacker* unpacker) {
  Clear();
  if (unpacker->Get<std::uint8_t>() == kQuantileForm && unpacker->Get<double>() == alpha()) {
    const std::uint64_t refused = unpacker->GetVarint();
    const auto exact = unpacker->Get<std::uint8_t>();
    if ((exact == 1 && LoadExact(unpacker)) || (exact == 0 && LoadBuckets(unpacker))) {
      refused_ = refused;
      return true;
    }
  }
  Clear();
  return false;
}

bool QuantileSketch::LoadExact(Unpacker* unpacker) {
  const auto size = unpacker->Get<std::uint8_t>();
  if (size > kExact) return false;
  for (std::size_t at = 0; at < size; ++at) {
    const auto value = unpacker->Get<double>();
    if (!IsKept(value) || (at > 0 && value < max_)) return false;
    Add(value);
  }
  return unpacker->ok();
}

bool QuantileSketch::LoadBuckets(Unpacker* unpacker) {
  min_ = unpacker->Get<double>();
  max_ = unpacker->Get<double>();
  zeros_ = unpacker->GetVarint();
  if (!IsKept(min_) || !IsKept(max_) || min_ > max_) return false;
  if (!positive_.Load(unpacker) || !negative_.Load(unpacker)) return false;
  count_ = SaturatingSum(SaturatingSum(positive_.total(), negative_.total()), zeros_);
  return unpacker->ok() && count_ > kExact && BucketsReachTheEnds();
}

// Whether the outermost buckets are those of the least and the greatest number, and none is of what counts as 0.
bool QuantileSketch::BucketsReachTheEnds() const {
  constexpr double kLeast = std::numeric_limits<double>::min();
  const auto reaches = [this](const BucketCounts& buckets, double outermost) {
    if (buckets.empty()) return outermost < kLeast;
    return outermost >= kLeast && buckets.highest() == mapping_.IndexOf(outermost) &&
           buckets.lowest() >= mapping_.IndexOf(kLeast);
  };
  const bool zeros_between = zeros_ == 0 || (min_ < kLeast && max_ > -kLeast);
  return reaches(positive_, max_) && reaches(negative_, -min_) && zeros_between;
}

}  // namespace vexevt
