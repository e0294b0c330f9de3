// Rows of numbers for tests, which follow from a seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "lib/base/random.h"

namespace vexevt {

// value(0), value(1), … value(size - 1).
template <typename Value>
std::vector<double> Row(std::size_t size, Value value) {
  std::vector<double> row;
  for (std::size_t i = 0; i < size; ++i) row.push_back(value(static_cast<double>(i)));
  return row;
}

// Draws of the normal distribution of mean 0 and deviation 1 (Box, Muller).
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : random_(seed) {}
  double operator()() { return std::sqrt(-2 * std::log(1 - Unit())) * std::cos(2 * std::numbers::pi * Unit()); }

 private:
  double Unit() { return static_cast<double>(random_.Next() >> 11) * 0x1p-53; }

  Random random_;
};

}  // namespace vexevt
