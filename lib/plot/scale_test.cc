#include "lib/plot/scale.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

constexpr double kMinute = 60.0 * kNsPerSecond;

Scale Of(std::vector<double> values) { return ScaleOf(values); }

TEST(Scale, BeginsAtZeroWhereNothingIsBelow) {
  EXPECT_EQ(Of({3, 5, NAN}).low, 0);
  EXPECT_EQ(Of({3, 5, NAN}).high, 5);
  EXPECT_EQ(Of({-2, 5}).low, -2);
  EXPECT_EQ(Of({-2, -5}).high, 0);
}

TEST(Scale, IsNeverEmptyOrWithoutEnd) {
  for (const auto& values : {std::vector<double>{}, {0}, {NAN}, {0, 0}}) {
    EXPECT_EQ(Of(values).low, 0);
    EXPECT_EQ(Of(values).high, 1);
  }
  const Scale scale = Of({-INFINITY, INFINITY});
  EXPECT_TRUE(std::isfinite(scale.high - scale.low));
  EXPECT_EQ(ShareOf(INFINITY, scale), 1);
  EXPECT_EQ(ShareOf(-INFINITY, scale), 0);
  EXPECT_EQ(ShareOf(0, scale), 0.5);
  EXPECT_TRUE(std::isnan(ShareOf(NAN, scale)));
}

TEST(Scale, HasMarksAtRoundNumbers) {
  EXPECT_EQ(NiceMarks({0, 120}, 5, Quantity::kNumber), (std::vector<double>{0, 50, 100}));
  EXPECT_EQ(NiceMarks({-1, 1}, 5, Quantity::kNumber), (std::vector<double>{-1, -0.5, 0, 0.5, 1}));
  EXPECT_EQ(NiceMarks({0, 5000}, 5, Quantity::kBytes), (std::vector<double>{0, 1024, 2048, 3072, 4096}));
  EXPECT_EQ(NiceStep({0, 45 * kMinute}, 5, Quantity::kTime), 10 * kMinute);
  EXPECT_EQ(NiceStep({0, 3e6}, 4, Quantity::kDuration), 1e6);
  EXPECT_EQ(NiceStep({0, 7 * 24 * 60 * kMinute}, 8, Quantity::kTime), 24 * 60 * kMinute);
}

TEST(Scale, HasFewMarksOnAnyScale) {
  for (const double high : {1e-320, 1e-9, 1.0, 1e9, 1e19, 1e300}) {
    for (const double low : {0.0, -high}) {
      for (const auto quantity : {Quantity::kNumber, Quantity::kBytes, Quantity::kDuration, Quantity::kTime}) {
        const auto marks = NiceMarks({low, high}, 6, quantity);
        EXPECT_LE(marks.size(), 7u);
        for (const double mark : marks) EXPECT_TRUE(mark >= low && mark <= high) << mark;
      }
    }
  }
}

TEST(Scale, ShadesTellSmallValuesApart) {
  EXPECT_EQ(ShadeOf(0, {0, 100}, 4), 0u);
  EXPECT_EQ(ShadeOf(NAN, {0, 100}, 4), 0u);
  EXPECT_EQ(ShadeOf(1e-9, {0, 100}, 4), 1u);
  EXPECT_EQ(ShadeOf(10, {0, 100}, 4), 2u);
  EXPECT_EQ(ShadeOf(INFINITY, {0, 100}, 4), 4u);
}

TEST(Scale, LargestKeepsWhatStandsOut) {
  const std::vector<double> values = {1, 9, NAN, 2, NAN, NAN};
  const auto largest = Largest(values, 3);
  ASSERT_EQ(largest.size(), 3u);
  EXPECT_EQ(largest[0], 9);
  EXPECT_EQ(largest[1], 2);
  EXPECT_TRUE(std::isnan(largest[2]));
  EXPECT_EQ(Largest(values, 6).size(), 6u);
  EXPECT_TRUE(Largest(values, 0).empty());
}

TEST(Quantity, IsShownInAFewCharacters) {
  EXPECT_EQ(ShowQuantity(0, Quantity::kNumber), "0");
  EXPECT_EQ(ShowQuantity(-1234567, Quantity::kNumber), "-1.23M");
  EXPECT_EQ(ShowQuantity(0.012345, Quantity::kNumber), "0.0123");
  EXPECT_EQ(ShowQuantity(1e200, Quantity::kBytes), "1e+200");
  EXPECT_EQ(ShowQuantity(2048, Quantity::kBytes), "2K");
  EXPECT_EQ(ShowQuantity(2.5e6, Quantity::kDuration), "2.5ms");
  EXPECT_EQ(ShowQuantity(1.5e9, Quantity::kTime), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(ShowQuantity(NAN, Quantity::kBytes), "-");
  EXPECT_EQ(ShowQuantity(-INFINITY, Quantity::kDuration), "-inf");
}

}  // namespace
}  // namespace vexevt
