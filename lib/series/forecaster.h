// Forecaster: a row of numbers as they come, and at any time what comes next, with an interval that holds the values
// as often as it says: by a model whose weights are fitted again as the row grows, and the errors of the forecasts that
// it made so far. Not for two threads at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/series/conformal.h"
#include "lib/series/holt_winters.h"
#include "lib/series/trend_line.h"

namespace vexevt {

enum class ForecastMethod : std::uint8_t {
  kHoltWinters,
  kTrend,  // a TrendLine
};

struct ForecastPlan {
  ForecastMethod method = ForecastMethod::kHoltWinters;
  std::uint32_t season = 0;             // of kHoltWinters, in values; 0: as it is found
  std::vector<std::uint32_t> horizons;  // steps ahead for which errors are kept, in rising order; one at least
  bool adds_up = false;                 // what is forecast is the sum of all values so far
};

class Forecaster {
 public:
  static constexpr std::size_t kLeastValues = 8;  // before which nothing is forecast
  static constexpr std::size_t kHistory = 512;    // values by which weights are fitted, and three seasons at least

  // Borrows the plan.
  explicit Forecaster(const ForecastPlan& plan);

  // The next value, or NaN where it is missing. Takes 8 us on average, 40 of kTrend.
  void Update(double value);
  // Of a sum: so much more has come, of which nothing is learnt. NaN: it is not known how much.
  void AddPart(double value);

  // What is forecast of 1 step ahead, 2, and so on to `steps`; NaN while there are too few values.
  std::vector<double> Path(std::uint32_t steps) const;
  // What comes differs from the path by this much, at most, as often as `coverage` says; infinite while errors are too
  // few to say. Between two horizons it goes straight from one to the other; beyond the last one that has a margin it
  // grows as the steps do, as that of a line whose slope is not sure.
  double MarginAt(Coverage coverage, std::uint32_t ahead) const;

  // What the path begins from: the last value that was not missing, NaN before the first; or the sum.
  double now() const { return now_; }
  std::uint32_t season() const { return model_.season(); }

  void Save(Packer* packer) const;
  // Into one of the same plan. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  void Fit();
  std::span<const double> History() const;

  const ForecastPlan* plan_;
  std::size_t most_history_;
  std::vector<double> history_;  // the last most_history_ of it and some before; sums where a line is laid through them
  std::uint64_t seen_ = 0, next_fit_ = kLeastValues;
  double now_;
  HoltWinters model_;
  TrendLine line_;
  std::vector<Conformal> errors_;  // by horizon
};

}  // namespace vexevt
