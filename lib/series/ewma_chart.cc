#include "lib/series/ewma_chart.h"

#include <algorithm>
#include <cmath>

#include "lib/series/held_value.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kMemory = 20;  // a value weighs 1 / kMemory when it is new

}  // namespace

Judgement EwmaChart::See(double value) {
  if (std::isnan(value)) return {};
  value = HeldValue(value);
  Judgement judgement;
  if (seen_ >= kWarmUp) {
    judgement = JudgeByDeviation(value, mean_, std::sqrt(variance_), grain_);
    value = std::clamp(value, judgement.low, judgement.high);
  }
  // The mean of all while there are few; then each as the one before, times 1 - weight (Finch, "Incremental calculation
  // of weighted mean and variance", 2009).
  seen_ = std::min(seen_ + 1, kMemory);
  const double weight = 1.0 / seen_, difference = value - mean_;
  mean_ += weight * difference;
  variance_ = (1 - weight) * (variance_ + weight * difference * difference);
  return judgement;
}

void EwmaChart::Save(Packer* packer) const {
  packer->Put(mean_);
  packer->Put(variance_);
  packer->Put(seen_);
}

bool EwmaChart::Load(Unpacker* unpacker) {
  mean_ = unpacker->Get<double>();
  variance_ = unpacker->Get<double>();
  seen_ = unpacker->Get<std::uint32_t>();
  return unpacker->ok() && IsHeldValue(mean_) && variance_ >= 0 && std::isfinite(variance_) && seen_ <= kMemory;
}

}  // namespace vexevt
