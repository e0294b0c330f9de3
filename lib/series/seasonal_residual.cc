#include "lib/series/seasonal_residual.h"

#include <algorithm>
#include <cmath>

#include "lib/series/season.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kFirstFit = 64, kMostLooked = 1'024;

}  // namespace

SeasonalResidual::SeasonalResidual(double grain, std::uint32_t period)
    : grain_(grain),
      period_(period),
      most_(period == 0 ? kMostLooked : std::max(4 * period, kFirstFit)),
      until_fit_(period == 0 ? kFirstFit : std::max(2 * period, kWarmUp)) {}

Judgement SeasonalResidual::See(double value) {
  Judgement judgement;
  if (!std::isnan(value)) {
    value = HeldValue(value);
    if (known_ == kWarmUp) {
      judgement = JudgeByDeviation(value, model_.Predict(), model_.ErrorScale(), grain_);
      value = std::clamp(value, judgement.low, judgement.high);
    } else {
      ++known_;
    }
  }
  model_.Update(value);
  Remember(value);
  if (--until_fit_ == 0) Fit();
  return judgement;
}

void SeasonalResidual::Remember(double value) {
  if (values_.size() < most_) {
    values_.push_back(value);
  } else {
    values_[oldest_] = value;
    oldest_ = (oldest_ + 1) % most_;
  }
}

void SeasonalResidual::Fit() {
  std::ranges::rotate(values_, values_.begin() + oldest_);
  oldest_ = 0;
  model_ = HoltWinters::Fit(values_, period_ != 0 ? period_ : FindSeason(values_));
  until_fit_ = static_cast<std::uint32_t>(values_.size());
}

void SeasonalResidual::Save(Packer* packer) const {
  model_.Save(packer);
  packer->Put(known_);
  packer->Put(until_fit_);
  packer->PutCount(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) packer->Put(values_[(oldest_ + i) % values_.size()]);
}

bool SeasonalResidual::Load(Unpacker* unpacker) {
  if (!model_.Load(unpacker)) return false;
  known_ = unpacker->Get<std::uint32_t>();
  until_fit_ = unpacker->Get<std::uint32_t>();
  if (known_ > kWarmUp || until_fit_ == 0 || until_fit_ > most_) return false;
  const std::size_t count = unpacker->GetCount(sizeof(double));
  if (count > most_) return false;
  for (std::size_t i = 0; i < count; ++i) {
    values_.push_back(unpacker->Get<double>());
    if (!std::isnan(values_.back()) && !IsHeldValue(values_.back())) return false;
  }
  return unpacker->ok();
}

}  // namespace vexevt
