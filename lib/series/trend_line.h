// TrendLine: the line through the last values that outliers don't turn: its slope is the median of those between any
// two of them (Theil, 1950; Sen: "Estimates of the regression coefficient based on Kendall's tau", 1968), and half of
// the values lie above it. Up to 29 % of them may be anything.
#pragma once

#include <cstdint>
#include <span>

namespace vexevt {

inline constexpr std::size_t kTrendValues = 128;

struct TrendLine {
  double last = 0;   // the line at the last value's place
  double slope = 0;  // from a value to the next

  double Predict(std::uint32_t ahead) const { return last + slope * ahead; }
};

// Of the last kTrendValues of `history`, the oldest first. NaN is a value that is missing. Of one value the line is
// level, of none it is 0. Takes 50 us for kTrendValues.
TrendLine FitTrendLine(std::span<const double> history);

}  // namespace vexevt
