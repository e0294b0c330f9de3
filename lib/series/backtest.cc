#include "lib/series/backtest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vexevt {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double Divided(double a, double b) { return b > 0 ? a / b : kNone; }

}  // namespace

Backtest::Backtest(const ForecastPlan& plan) : ahead_(plan.horizons.back()), forecaster_(plan) {}

void Backtest::Update(double value) {
  const bool full = origins_.size() == ahead_;
  if (full) Check(origins_[next_origin_], value);
  forecaster_.Update(value);
  if (values_.size() == 2 * kMostSeason) values_.erase(values_.begin(), values_.begin() + kMostSeason);
  values_.push_back(value);
  Origin origin{forecaster_.Predict(ahead_), forecaster_.last(), kNone, forecaster_.MarginsAt(ahead_)};
  if (const std::uint32_t season = forecaster_.season(); season > 0) {
    origin.seasonal = values_[values_.size() - season + (ahead_ - 1) % season];
  }
  if (!full) {
    origins_.push_back(origin);
    return;
  }
  origins_[next_origin_] = origin;
  next_origin_ = (next_origin_ + 1) % ahead_;
}

void Backtest::Check(const Origin& origin, double value) {
  const double error = std::abs(value - origin.forecast), seasonal = std::abs(value - origin.seasonal);
  if (!std::isfinite(error)) return;
  ++forecasts_;
  error_ += error;
  naive_error_ += std::abs(value - origin.naive);
  if (std::isfinite(seasonal)) {
    error_with_season_ += error;
    seasonal_error_ += seasonal;
  }
  for (std::size_t i = 0; i < within_.size(); ++i) {
    if (std::isinf(origin.margins[i])) continue;
    ++within_[i].of;
    if (error <= origin.margins[i]) ++within_[i].in;
  }
}

BacktestScore Backtest::Score() const {
  BacktestScore score{.forecasts = forecasts_,
                      .mase = Divided(error_, naive_error_),
                      .seasonal_mase = Divided(error_with_season_, seasonal_error_)};
  for (std::size_t i = 0; i < within_.size(); ++i) {
    score.coverage[i] = Divided(static_cast<double>(within_[i].in), static_cast<double>(within_[i].of));
  }
  return score;
}

}  // namespace vexevt
