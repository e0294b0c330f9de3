#include "lib/series/judgement.h"

#include <algorithm>
#include <cmath>

namespace vexevt {
namespace {

// The edge, in deviations. A normal distribution is beyond it once in 1.7 million; estimates from few values, and tails
// that are heavier, need the room.
constexpr double kEdge = 5;
// Of what is expected: a row of equal values has no deviation at all.
constexpr double kOfMiddle = 1e-3;
constexpr double kTiny = 1e-150;  // the largest number divided by it is finite

}  // namespace

double LeastDeviation(double middle, double deviation, double grain) {
  return std::max({deviation, grain, kOfMiddle * std::abs(middle), kTiny});
}

Judgement JudgeByDeviation(double value, double middle, double deviation, double grain) {
  const double edge = kEdge * LeastDeviation(middle, deviation, grain);
  return {.known = true, .score = std::abs(value - middle) / edge, .low = middle - edge, .high = middle + edge};
}

}  // namespace vexevt
