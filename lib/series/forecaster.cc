#include "lib/series/forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/series/held_value.h"
#include "lib/series/season.h"

namespace vexevt {
namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kRefit = 64;

}  // namespace

Forecaster::Forecaster(const ForecastPlan& plan)
    : plan_(&plan),
      most_history_(std::max<std::size_t>(kHistory, std::size_t{3} * plan.season)),
      now_(plan.adds_up ? 0 : kNotKnown) {
  for (const std::uint32_t ahead : plan_->horizons) errors_.emplace_back(ahead);
}

std::span<const double> Forecaster::History() const {
  return std::span(history_).last(std::min(history_.size(), most_history_));
}

void Forecaster::Update(double value) {
  const bool missing = std::isnan(value);
  if (!missing) now_ = plan_->adds_up ? HeldValue(now_ + HeldValue(value)) : HeldValue(value);
  if (history_.size() == most_history_ + most_history_ / 4) {
    history_.erase(history_.begin(), history_.end() - static_cast<std::ptrdiff_t>(most_history_) + 1);
  }
  const bool trend = plan_->method == ForecastMethod::kTrend;
  history_.push_back(trend && !missing ? now_ : value);
  ++seen_;
  if (trend) {
    line_ = FitTrendLine(history_);
  } else if (seen_ < next_fit_) {
    model_.Update(value);
  } else {
    Fit();
  }
  const std::vector<double> path = Path(plan_->horizons.back());
  const double came = missing ? value : now_;
  for (Conformal& errors : errors_) errors.Update(came, path[errors.ahead() - 1]);
}

void Forecaster::AddPart(double value) {
  if (plan_->adds_up && !std::isnan(value)) now_ = HeldValue(now_ + HeldValue(value));
}

// At 8 values, 16, 32 and so on, then each time that kRefit more are there.
void Forecaster::Fit() {
  const std::span<const double> history = History();
  model_ = HoltWinters::Fit(history, plan_->season > 0 ? plan_->season : FindSeason(history));
  next_fit_ = seen_ + std::min(seen_, kRefit);
}

std::vector<double> Forecaster::Path(std::uint32_t steps) const {
  if (seen_ < kLeastValues || std::isnan(now_)) return std::vector<double>(steps, kNotKnown);
  const bool trend = plan_->method == ForecastMethod::kTrend;
  std::vector<double> path = trend ? std::vector<double>(steps, line_.slope) : model_.PredictPath(steps);
  double sum = now_;
  for (std::uint32_t i = 0; i < steps; ++i) {
    if (plan_->adds_up) {
      path[i] = sum = HeldValue(sum + path[i]);
    } else if (trend) {
      path[i] = line_.Predict(i + 1);
    }
  }
  return path;
}

double Forecaster::MarginAt(Coverage coverage, std::uint32_t ahead) const {
  double below = std::numeric_limits<double>::infinity();
  std::uint32_t below_ahead = 0;
  for (const Conformal& errors : errors_) {
    const double margin = errors.margins()[static_cast<std::size_t>(coverage)];
    if (std::isinf(margin)) break;
    if (errors.ahead() >= ahead) {
      const double share = static_cast<double>(ahead - below_ahead) / (errors.ahead() - below_ahead);
      return below_ahead == 0 ? margin : std::lerp(below, margin, share);
    }
    below = margin;
    below_ahead = errors.ahead();
  }
  return below_ahead == 0 ? below : below * ahead / below_ahead;
}

void Forecaster::Save(Packer* packer) const {
  packer->PutCount(history_.size());
  for (const double value : history_) packer->Put(value);
  packer->Put(seen_);
  packer->Put(next_fit_);
  packer->Put(now_);
  model_.Save(packer);
  for (const Conformal& errors : errors_) errors.Save(packer);
}

bool Forecaster::Load(Unpacker* unpacker) {
  Forecaster read(*plan_);
  const std::size_t size = unpacker->GetCount(sizeof(double));
  if (size > most_history_ + most_history_ / 4) return false;
  for (std::size_t i = 0; i < size; ++i) read.history_.push_back(unpacker->Get<double>());
  read.seen_ = unpacker->Get<std::uint64_t>();
  read.next_fit_ = unpacker->Get<std::uint64_t>();
  read.now_ = unpacker->Get<double>();
  if (!read.model_.Load(unpacker)) return false;
  for (Conformal& errors : read.errors_) {
    if (!errors.Load(unpacker)) return false;
  }
  if (read.seen_ < size || (!std::isnan(read.now_) && !IsHeldValue(read.now_))) return false;
  if (plan_->method == ForecastMethod::kTrend) read.line_ = FitTrendLine(read.history_);
  *this = std::move(read);
  return true;
}

}  // namespace vexevt
