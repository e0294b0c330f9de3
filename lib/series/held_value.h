// Numbers of a row are held to a range in which their squares, and sums of such squares, are finite.
#pragma once

#include <algorithm>

namespace vexevt {

inline constexpr double kMostValue = 1e150;

inline double HeldValue(double value) { return std::clamp(value, -kMostValue, kMostValue); }
inline bool IsHeldValue(double value) { return value >= -kMostValue && value <= kMostValue; }  // NaN is none

}  // namespace vexevt
