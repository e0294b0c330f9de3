#include "lib/series/robust_z.h"

#include <algorithm>
#include <cmath>

#include "lib/series/held_value.h"
#include "lib/series/spread.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kRemembered = 64;

}  // namespace

Judgement RobustZ::See(double value) {
  if (std::isnan(value)) return {};
  value = HeldValue(value);
  Judgement judgement;
  if (sorted_.size() >= kWarmUp) {
    const Spread spread = SpreadOf(sorted_);
    judgement = JudgeByDeviation(value, spread.middle, spread.deviation, grain_);
  }
  Learn(value);
  return judgement;
}

void RobustZ::Learn(double value) {
  if (values_.size() < kRemembered) {
    values_.push_back(value);
  } else {
    sorted_.erase(std::ranges::lower_bound(sorted_, values_[oldest_]));
    values_[oldest_] = value;
    oldest_ = (oldest_ + 1) % kRemembered;
  }
  sorted_.insert(std::ranges::upper_bound(sorted_, value), value);
}

void RobustZ::Save(Packer* packer) const {
  packer->PutCount(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) packer->Put(values_[(oldest_ + i) % values_.size()]);
}

bool RobustZ::Load(Unpacker* unpacker) {
  const std::size_t count = unpacker->GetCount(sizeof(double));
  if (count > kRemembered) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = unpacker->Get<double>();
    if (!IsHeldValue(value)) return false;
    Learn(value);
  }
  return unpacker->ok();
}

}  // namespace vexevt
