#include "lib/series/page_hinkley.h"

#include <algorithm>
#include <cmath>

#include "lib/series/held_value.h"

namespace vexevt {
namespace {

// In standard deviations: what a value may be off before it counts, by how much one can count, and what sum tells of a
// change. By Siegmund's formula a row of normal values gives a false one in some millions, of a mean that is known
// well.
constexpr double kAllowed = 0.5, kMostOff = 5, kSure = 15;

}  // namespace

Judgement PageHinkley::See(double value) {
  if (std::isnan(value)) return {};
  value = HeldValue(value);
  Judgement judgement;
  if (seen_ >= kWarmUp) {
    judgement = JudgeByDeviation(value, mean_, std::sqrt(squares_ / static_cast<double>(seen_)), grain_);
    const double off = (value - mean_) / ((judgement.high - judgement.low) / 2) * kMostOff;
    up_ = std::max(0.0, up_ + std::min(off, kMostOff) - kAllowed);
    down_ = std::max(0.0, down_ - std::max(off, -kMostOff) - kAllowed);
    judgement.score = std::max(up_, down_) / kSure;
    if (judgement.anomalous()) {
      *this = PageHinkley(grain_);
    } else {
      value = std::clamp(value, judgement.low, judgement.high);
    }
  }
  ++seen_;  // Welford's update
  const double difference = value - mean_;
  mean_ += difference / static_cast<double>(seen_);
  squares_ += difference * (value - mean_);
  return judgement;
}

void PageHinkley::Save(Packer* packer) const {
  for (const double number : {mean_, squares_, up_, down_}) packer->Put(number);
  packer->Put(seen_);
}

bool PageHinkley::Load(Unpacker* unpacker) {
  mean_ = unpacker->Get<double>();
  for (double* number : {&squares_, &up_, &down_}) {
    *number = unpacker->Get<double>();
    if (!(*number >= 0 && std::isfinite(*number))) return false;
  }
  seen_ = unpacker->Get<std::uint64_t>();
  return unpacker->ok() && IsHeldValue(mean_);
}

}  // namespace vexevt
