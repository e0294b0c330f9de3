// Spread: where numbers lie and how far apart, of which up to half may be anything.
#pragma once

#include <span>

namespace vexevt {

struct Spread {
  double middle = 0;     // the median
  double deviation = 0;  // of a normal distribution the standard deviation
};

// By the median and the median of the distances from it, times 1.4826 (MAD). Where more than half of the numbers are
// one, by the mean distance, times 1.2533, as Iglewicz and Hoaglin do ("How to Detect and Handle Outliers", 1993); 0
// where all are. `sorted`: finite ones.
Spread SpreadOf(std::span<const double> sorted);

}  // namespace vexevt
