#include "lib/series/spread.h"

#include <cmath>

namespace vexevt {
namespace {

constexpr double kOfMedian = 1.4826, kOfMean = 1.2533;

// The median distance: numbers are taken from the middle outwards, the nearer of both sides first.
double MedianDistance(std::span<const double> sorted, double middle) {
  const std::size_t half = sorted.size() / 2;
  std::size_t below = half, above = half;  // sorted[below - 1] and sorted[above] are next
  double distance = 0;
  for (std::size_t taken = 0; taken <= half; ++taken) {
    const bool from_below =
        above == sorted.size() || (below > 0 && middle - sorted[below - 1] < sorted[above] - middle);
    distance = from_below ? middle - sorted[--below] : sorted[above++] - middle;
  }
  return distance;
}

}  // namespace

Spread SpreadOf(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  if (n == 0) return {};
  const double middle = n % 2 == 1 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
  const double median = MedianDistance(sorted, middle);
  if (median > 0) return {middle, kOfMedian * median};
  double mean = 0;
  for (const double value : sorted) mean += std::abs(value - middle) / static_cast<double>(n);
  return {middle, kOfMean * mean};
}

}  // namespace vexevt
