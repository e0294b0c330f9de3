// The season of a row of numbers: after how many of them it comes round.
#pragma once

#include <cstdint>
#include <span>

namespace vexevt {

// The least lag, 2 or more, at which the numbers less their trend are like themselves: a peak of their autocorrelation
// that is near the highest one and far beyond what chance makes; 0 where there is none. Three seasons are seen at
// least, so up to a third of the numbers are looked for. NaN is a number that is missing. Takes time as the square of
// how many there are: 30 us for 256.
std::uint32_t FindSeason(std::span<const double> values);

}  // namespace vexevt
