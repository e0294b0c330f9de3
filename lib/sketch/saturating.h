// Sums of counts that stay at the largest number instead of going round. They are the same in any order.
#pragma once

#include <cstdint>

namespace vexevt {

inline std::uint64_t SaturatingSum(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t sum = a + b;
  return sum < a ? ~std::uint64_t{0} : sum;
}

}  // namespace vexevt
