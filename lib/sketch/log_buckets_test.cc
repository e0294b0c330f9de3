#include "lib/sketch/log_buckets.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lib/base/random.h"

namespace vexevt {
namespace {

constexpr double kLeastNormal = std::numeric_limits<double>::min();

double RelativeError(const LogBuckets& buckets, double value) {
  return std::abs(buckets.ValueOf(buckets.IndexOf(value)) / value - 1);
}

TEST(LogBuckets, EveryNumberIsNearTheOneOfItsBucket) {
  for (const double alpha : {LogBuckets::kMinAlpha, 0.001, 0.01, 0.1, LogBuckets::kMaxAlpha}) {
    const LogBuckets buckets(alpha);
    const double bound = alpha * (1 + 1e-9);
    for (int step = 0; step < 20000; ++step) {  // an octave, and another far from it
      ASSERT_LE(RelativeError(buckets, 1 + step / 20000.0), bound);
      ASSERT_LE(RelativeError(buckets, std::ldexp(1 + step / 20000.0, -700)), bound);
    }
    Random random(1);
    for (int i = 0; i < 20000; ++i) {  // any bits that are a normal number
      const double value = std::bit_cast<double>(random.Next() >> 1);
      if (value < kLeastNormal || !(value < 1e308)) continue;
      ASSERT_LE(RelativeError(buckets, value), bound) << value;
    }
    ASSERT_LE(RelativeError(buckets, kLeastNormal), bound);
  }
}

TEST(LogBuckets, TheBoundIsUsedUp) {
  const LogBuckets buckets(0.01);
  double greatest = 0;
  for (int step = 0; step < 100000; ++step) greatest = std::max(greatest, RelativeError(buckets, 1 + step / 100000.0));
  EXPECT_GT(greatest, 0.0098);
}

TEST(LogBuckets, IndicesGoUpWithTheNumbers) {
  const LogBuckets buckets(0.0001);
  std::int32_t last = buckets.IndexOf(kLeastNormal);
  for (int exponent = -1022; exponent < 1024; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    for (const double value : {std::nextafter(power, 0.0), power, power * 1.25, power * 1.75}) {
      if (value < kLeastNormal) continue;
      ASSERT_GE(buckets.IndexOf(value), last) << value;
      last = buckets.IndexOf(value);
    }
  }
  EXPECT_GE(buckets.IndexOf(std::numeric_limits<double>::max()), last);
  EXPECT_LT(buckets.IndexOf(std::numeric_limits<double>::max()), 1 << 24);
  EXPECT_GT(buckets.IndexOf(kLeastNormal), -(1 << 24));
}

}  // namespace
}  // namespace vexevt
