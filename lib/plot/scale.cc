#include "lib/plot/scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

constexpr double kMostShown = 1e300;  // twice that is still finite

constexpr double kSecond = kNsPerSecond, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr double kLongSteps[] = {kSecond,      2 * kSecond,  5 * kSecond, 10 * kSecond, 15 * kSecond,
                                 30 * kSecond, kMinute,      2 * kMinute, 5 * kMinute,  10 * kMinute,
                                 15 * kMinute, 30 * kMinute, kHour,       2 * kHour,    3 * kHour,
                                 6 * kHour,    12 * kHour,   kDay,        2 * kDay,     7 * kDay,
                                 14 * kDay,    28 * kDay,    91 * kDay,   182 * kDay,   365 * kDay};

double NiceDecimal(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= least) return digit * power;
  }
  return 10 * power;
}

double NiceAtLeast(double least, Quantity quantity) {
  const bool time = quantity == Quantity::kDuration || quantity == Quantity::kTime;
  if (time && least > kLongSteps[0] / 2) {
    const auto* const step = std::ranges::lower_bound(kLongSteps, least);
    return step != std::end(kLongSteps) ? *step : kDay * NiceDecimal(least / kDay);
  }
  if (quantity == Quantity::kBytes && least > 1) return std::exp2(std::ceil(std::log2(least)));
  return NiceDecimal(least);
}

}  // namespace

Scale ScaleOf(std::span<const double> values) {
  Scale scale{0, 0};
  for (const double value : values) {
    if (std::isnan(value)) continue;
    scale.low = std::min(scale.low, std::max(value, -kMostShown));
    scale.high = std::max(scale.high, std::min(value, kMostShown));
  }
  if (scale.low == scale.high) scale.high = 1;
  return scale;
}

double ShareOf(double value, const Scale& scale) {
  return (std::clamp(value, scale.low, scale.high) - scale.low) / (scale.high - scale.low);
}

std::size_t ShadeOf(double value, const Scale& scale, std::size_t shades) {
  if (std::isnan(value)) return 0;
  return static_cast<std::size_t>(std::ceil(std::sqrt(ShareOf(value, scale)) * static_cast<double>(shades)));
}

double NiceStep(const Scale& scale, std::size_t most, Quantity quantity) {
  // Between so many marks there is one distance less, but a scale need not begin at one.
  const double least = (scale.high - scale.low) / static_cast<double>(std::max<std::size_t>(most, 1));
  return NiceAtLeast(std::max(least, std::numeric_limits<double>::min()), quantity);
}

std::vector<double> NiceMarks(const Scale& scale, std::size_t most, Quantity quantity) {
  const double step = NiceStep(scale, most, quantity);
  std::vector<double> marks;
  const double first = std::ceil(scale.low / step);
  for (std::size_t i = 0; i <= most; ++i) {
    const double mark = (first + static_cast<double>(i)) * step;
    if (mark > scale.high) break;
    marks.push_back(mark == 0 ? 0 : mark);  // never -0
  }
  return marks;
}

std::vector<double> Largest(std::span<const double> values, std::size_t most) {
  if (values.size() <= most) return {values.begin(), values.end()};
  std::vector<double> largest(most, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < values.size() && most > 0; ++i) {
    double& place = largest[i * most / values.size()];
    if (!(place >= values[i])) place = std::isnan(values[i]) ? place : values[i];
  }
  return largest;
}

}  // namespace vexevt
