#include "lib/series/backtest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vexevt {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double Divided(double a, double b) { return b > 0 ? a / b : kNone; }

}  // namespace

void Backtest::See(const Forecaster& forecaster, double value) {
  const std::uint32_t ahead = plan_->horizons.back();
  const bool full = origins_.size() == ahead;
  if (full) Check(origins_[next_origin_], std::isnan(value) ? value : forecaster.now());
  if (values_.size() == std::size_t{2} * kMostSeason) values_.erase(values_.begin(), values_.begin() + kMostSeason);
  values_.push_back(value);
  const double naive = plan_->adds_up ? forecaster.now() + ahead * value : forecaster.now();
  const Origin origin{forecaster.Path(ahead).back(),
                      naive,
                      SeasonalNaive(forecaster),
                      {forecaster.MarginAt(Coverage::k80, ahead), forecaster.MarginAt(Coverage::k95, ahead)}};
  if (!full) {
    origins_.push_back(origin);
    return;
  }
  origins_[next_origin_] = origin;
  next_origin_ = (next_origin_ + 1) % ahead;
}

double Backtest::SeasonalNaive(const Forecaster& forecaster) const {
  const std::uint32_t season = forecaster.season(), steps = plan_->horizons.back();
  if (season == 0) return kNone;
  const auto value = [&](std::uint32_t ahead) { return values_[values_.size() - season + (ahead - 1) % season]; };
  if (!plan_->adds_up) return value(steps);
  double sum = forecaster.now();
  for (std::uint32_t ahead = 1; ahead <= steps; ++ahead) sum += value(ahead);
  return sum;
}

void Backtest::Check(const Origin& origin, double came) {
  const double error = std::abs(came - origin.forecast), seasonal = std::abs(came - origin.seasonal);
  if (!std::isfinite(error)) return;
  ++forecasts_;
  if (const double naive = std::abs(came - origin.naive); std::isfinite(naive)) {
    error_with_naive_ += error;
    naive_error_ += naive;
  }
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
                      .mase = Divided(error_with_naive_, naive_error_),
                      .seasonal_mase = Divided(error_with_season_, seasonal_error_)};
  for (std::size_t i = 0; i < within_.size(); ++i) {
    score.coverage[i] = Divided(static_cast<double>(within_[i].in), static_cast<double>(within_[i].of));
  }
  return score;
}

}  // namespace vexevt
