// Inputs that sketches are held to: numbers that follow from a seed alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/random.h"

namespace vexevt {

// From 0 to below 1, by 53 bits.
inline double UnitDraw(Random& random) { return static_cast<double>(random.Next() >> 11) * 0x1p-53; }

// `count` numbers of 0 to `items` - 1; that of i is as likely as 1 / (i + 1)^s.
inline std::vector<std::uint64_t> ZipfDraws(std::size_t count, std::size_t items, double s, std::uint64_t seed) {
  std::vector<double> up_to(items);
  double sum = 0;
  for (std::size_t i = 0; i < items; ++i) up_to[i] = sum += std::pow(static_cast<double>(i + 1), -s);
  Random random(seed);
  std::vector<std::uint64_t> draws(count);
  for (std::uint64_t& draw : draws) {
    const auto at = std::upper_bound(up_to.begin(), up_to.end() - 1, UnitDraw(random) * sum);
    draw = static_cast<std::uint64_t>(at - up_to.begin());
  }
  return draws;
}

template <typename Sketch>
std::string SavedSketch(const Sketch& sketch) {
  Packer packer;
  sketch.Save(&packer);
  return packer.Take();
}

}  // namespace vexevt
