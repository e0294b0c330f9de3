// Random: numbers that follow from a seed alone, the same on every machine. SplitMix64 (Steele, Lea, Flood: "Fast
// splittable pseudorandom number generators", 2014): one multiply chain a number. Not for secrets.
#pragma once

#include <cstdint>

namespace vexevt {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  // 0 to `bound` - 1; `bound` is not 0 and small against 2^32, so that the bias doesn't count.
  std::uint32_t Below(std::uint32_t bound) { return Scale(static_cast<std::uint32_t>(Next()), bound); }

  // Maps 32 random bits to 0 … bound - 1 without dividing.
  static std::uint32_t Scale(std::uint32_t bits, std::uint32_t bound) {
    return static_cast<std::uint32_t>(std::uint64_t{bits} * bound >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace vexevt
