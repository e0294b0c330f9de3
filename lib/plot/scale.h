// From numbers to places in a picture. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lib/plot/quantity.h"

namespace vexevt {

// What a picture shows from its one end to the other. low < high, both finite.
struct Scale {
  double low = 0, high = 1;
};

// As far as the values reach, from 0 on: a picture that begins elsewhere makes small differences look large. Of none,
// and of zeros, it is 0 to 1. NaN is passed over, and beyond 1e300 there is only the end of the scale.
Scale ScaleOf(std::span<const double> values);

// Where it lies: 0 to 1; beyond the scale its ends. NaN is NaN.
double ShareOf(double value, const Scale& scale);

// Which of the shades 1 to `shades` it has; 0, which is none, for the lowest of the scale and NaN. By the root of its
// share, as small values among large ones shall be told apart, too.
std::size_t ShadeOf(double value, const Scale& scale, std::size_t shades);

// The least distance of at most `most` marks on the scale that people find round: 1, 2 or 5 of a power of ten; of
// bytes, a power of two; of seconds and more, what divides minutes, hours and days. After P. Heckbert, Nice Numbers for
// Graph Labels (Graphics Gems, 1990). `most` is 1 at least.
double NiceStep(const Scale& scale, std::size_t most, Quantity quantity);

// The multiples of NiceStep that lie on the scale, from low to high; with more room there can still be none.
std::vector<double> NiceMarks(const Scale& scale, std::size_t most, Quantity quantity);

// Of values in their order so many at most, each the largest of those in its place: what stands out stays. NaN where
// all of them are.
std::vector<double> Largest(std::span<const double> values, std::size_t most);

}  // namespace vexevt
