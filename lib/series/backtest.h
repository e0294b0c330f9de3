// Backtest: how good a row's forecasts would have been: each value is forecast from those that came before it alone,
// and so by the naive forecasts that a model has to be better than.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/series/forecaster.h"

namespace vexevt {

struct BacktestScore {
  std::uint64_t forecasts = 0;  // of which the value came
  // Mean absolute error divided by that of a naive forecast of the same values: that the last value stays (of sums: is
  // added again and again), and that the season's last one comes again. Below 1 is better than naive. NaN where the
  // naive one had no error, or there is none. (MASE: Hyndman, Koehler: "Another look at measures of forecast accuracy",
  // 2006, with errors of forecasts in place of those within the sample.)
  double mase = 0, seasonal_mase = 0;
  // The share of values that lay within each of kCoverages' intervals, of those that had one; NaN without any.
  std::array<double, kCoverages.size()> coverage{};
};

class Backtest {
 public:
  // Of forecasts the plan's last horizon ahead. Borrows the plan.
  explicit Backtest(const ForecastPlan& plan) : plan_(&plan) {}

  // The row's next value, NaN where it is missing, once its forecaster has seen it.
  void See(const Forecaster& forecaster, double value);
  BacktestScore Score() const;

 private:
  struct Origin {
    double forecast, naive, seasonal;
    Margins margins;
  };
  struct Share {
    std::uint64_t in = 0, of = 0;
  };

  void Check(const Origin& origin, double came);
  double SeasonalNaive(const Forecaster& forecaster) const;

  const ForecastPlan* plan_;
  std::vector<double> values_;   // as many of the last as a season may have
  std::vector<Origin> origins_;  // a ring of as many as the steps ahead
  std::size_t next_origin_ = 0;
  std::uint64_t forecasts_ = 0;
  double error_with_naive_ = 0, naive_error_ = 0;  // sums, of values that had a naive forecast
  double error_with_season_ = 0, seasonal_error_ = 0;
  std::array<Share, kCoverages.size()> within_;
};

}  // namespace vexevt
