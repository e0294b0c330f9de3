#include "lib/sketch/log_buckets.h"

#include <cmath>

namespace vexevt {

// In a bucket the greatest number over the least is (1 + alpha) / (1 - alpha) at most: a step of the cubic is worth
// 1 / kC of a natural logarithm where it is flattest, at the start of an octave.
LogBuckets::LogBuckets(double alpha)
    : alpha_(alpha), buckets_of_octave_(1 / (kC * (std::log1p(alpha) - std::log1p(-alpha)))) {}

double LogBuckets::ValueOf(std::int32_t index) const {
  const double low = LowerBound(index);
  return low * (2 / (1 + low / LowerBound(index + 1)));  // as far from both ends in proportion
}

double LogBuckets::LowerBound(std::int32_t index) const {
  const double scaled = index / buckets_of_octave_;
  const double exponent = std::floor(scaled);
  const double wanted = scaled - exponent;
  double part = wanted;
  for (int step = 0; step < 6; ++step) {  // Newton: twice the digits a step, from two
    part -= (Cubic(part) - wanted) / ((3 * kA * part + 2 * kB) * part + kC);
  }
  return std::ldexp(1 + part, static_cast<int>(exponent));
}

}  // namespace vexevt
