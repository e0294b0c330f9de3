// Buckets for positive numbers, each as wide in proportion: any number of a bucket is within `alpha`, as a part of
// itself, of the one number that stands for it (Masson, Rim, Lee: "DDSketch", arXiv:1908.10693, section 2).
//
// A bucket is found without a logarithm: the exponent, and a cubic in the mantissa that grows as the logarithm does, to
// within 1 % (the cubic interpolation of DDSketch's authors). Stretched by that 1 % it is nowhere flatter than the
// logarithm, so that the promise is kept by 1 % more buckets.
#pragma once

#include <bit>
#include <cstdint>

namespace vexevt {

class LogBuckets {
 public:
  // `alpha` is between kMinAlpha and kMaxAlpha.
  explicit LogBuckets(double alpha);
  static constexpr double kMinAlpha = 0.0001;
  static constexpr double kMaxAlpha = 0.25;

  double alpha() const { return alpha_; }

  // Of a finite number that is at least the least normal double. Greater numbers have no smaller index, and no index is
  // beyond 2^24, either way.
  std::int32_t IndexOf(double value) const {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<std::int32_t>(bits >> 52) - 1023;
    const double part = std::bit_cast<double>((bits & 0xfffffffffffff) | 0x3ff0000000000000) - 1;
    const double scaled = (exponent + Cubic(part)) * buckets_of_octave_;
    const auto index = static_cast<std::int32_t>(scaled);
    return index - (scaled < index);  // floor, which has an instruction only from SSE4.1 on
  }

  // The number that stands for a bucket; infinite where it would be beyond the doubles.
  double ValueOf(std::int32_t index) const;

 private:
  // From 0 at 0 to 1 at 1, about log2(1 + part).
  static double Cubic(double part) { return ((kA * part + kB) * part + kC) * part; }
  static constexpr double kA = 6.0 / 35, kB = -3.0 / 5, kC = 10.0 / 7;

  double LowerBound(std::int32_t index) const;

  double alpha_;
  double buckets_of_octave_;
};

}  // namespace vexevt
