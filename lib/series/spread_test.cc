#include "lib/series/spread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/base/random.h"

namespace vexevt {
namespace {

double MedianOf(std::vector<double> values) {
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

TEST(Spread, IsThatOfTheDefinition) {
  Random random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<double> values(1 + 2 * random.Below(20));  // odd: then the median distance is one of the distances
    for (double& value : values) value = random.Below(30);
    std::ranges::sort(values);
    const Spread spread = SpreadOf(values);
    EXPECT_EQ(spread.middle, MedianOf(values));
    std::vector<double> distances;
    for (const double value : values) distances.push_back(std::abs(value - spread.middle));
    const double median = MedianOf(distances);
    if (median > 0) {
      EXPECT_DOUBLE_EQ(spread.deviation, 1.4826 * median);
    }
  }
}

TEST(Spread, OfMostlyOneValueIsTheMeanDistance) {
  EXPECT_DOUBLE_EQ(SpreadOf(std::vector<double>{5, 5, 5, 5, 9}).deviation, 1.2533 * 4 / 5);
  EXPECT_EQ(SpreadOf(std::vector<double>{5, 5, 5}).deviation, 0);
  EXPECT_EQ(SpreadOf({}).middle, 0);
  EXPECT_EQ(SpreadOf(std::vector<double>{1, 3}).middle, 2);
}

}  // namespace
}  // namespace vexevt
