#include "lib/plot/chart.h"

#include <algorithm>
#include <cmath>

#include "lib/base/clock.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr double kChartSecond = kNsPerSecond, kChartMinute = 60 * kChartSecond, kChartDay = 24 * 60 * kChartMinute;
// Places in 2026-11-23T12:00:00.123456789Z.
constexpr std::size_t kDateChars = 10, kClockAt = 11, kMinuteChars = 5, kSecondChars = 8;

}  // namespace

std::size_t LengthOf(const Chart& chart) {
  std::size_t length = 0;
  for (const ChartRow& row : chart.rows) length = std::max(length, row.values.size());
  return length;
}

bool HasValue(const Chart& chart) {
  return std::ranges::any_of(chart.rows, [](const ChartRow& row) {
    return std::ranges::any_of(row.values, [](double value) { return !std::isnan(value); });
  });
}

std::string ShowAlong(double x, double step, Quantity along) {
  if (along != Quantity::kTime || !(x >= 0 && x < 0x1p64)) return ShowQuantity(x, along);
  // Multiples of a step as doubles may be a little less.
  const std::string time = PrintTime(static_cast<std::uint64_t>(x + step / 1000));
  if (step >= kChartDay) return time.substr(0, kDateChars);
  if (step >= kChartMinute) return time.substr(kClockAt, kMinuteChars);
  if (step >= kChartSecond) return time.substr(kClockAt, kSecondChars);
  const auto decimals = static_cast<std::size_t>(std::clamp(std::ceil(-std::log10(step / kChartSecond)), 1.0, 9.0));
  return time.substr(kClockAt, kSecondChars + 1 + decimals);
}

}  // namespace vexevt
