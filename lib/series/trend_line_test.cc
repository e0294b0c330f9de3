#include "lib/series/trend_line.h"

#include <gtest/gtest.h>

#include <limits>

#include "lib/series/testing/rows.h"

namespace vexevt {
namespace {

TEST(TrendLine, GoesThroughALine) {
  const TrendLine line = FitTrendLine(Row(50, [](double x) { return 10 + 3 * x; }));
  EXPECT_DOUBLE_EQ(line.slope, 3);
  EXPECT_DOUBLE_EQ(line.last, 10 + 3 * 49);
  EXPECT_DOUBLE_EQ(line.Predict(10), 10 + 3 * 59);
}

TEST(TrendLine, OutliersDontTurnIt) {
  Noise noise(1);
  const auto value = [&](double x) { return static_cast<int>(x) % 4 == 0 ? 1e6 * x : 2 * x + noise(); };
  const TrendLine line = FitTrendLine(Row(100, value));
  EXPECT_NEAR(line.slope, 2, 0.1);
  EXPECT_NEAR(line.last, 2 * 99, 5);
}

TEST(TrendLine, OnlyTheLastValuesCount) {
  const TrendLine line = FitTrendLine(Row(1000, [](double x) { return x < 872 ? 1e6 : x; }));
  EXPECT_DOUBLE_EQ(line.slope, 1);
  EXPECT_DOUBLE_EQ(line.last, 999);
}

TEST(TrendLine, MissingValuesLeaveTheLine) {
  const auto value = [](double x) { return static_cast<int>(x) % 3 == 0 ? std::nan("") : 7 * x; };
  const TrendLine line = FitTrendLine(Row(50, value));
  EXPECT_DOUBLE_EQ(line.slope, 7);
  EXPECT_DOUBLE_EQ(line.last, 7 * 49);
}

TEST(TrendLine, BearsAnyValues) {
  EXPECT_EQ(FitTrendLine({}).Predict(5), 0);
  EXPECT_EQ(FitTrendLine(std::vector<double>{4}).Predict(5), 4);
  EXPECT_EQ(FitTrendLine(std::vector<double>(20, std::nan(""))).Predict(5), 0);
  const auto extreme = [](double x) {
    return static_cast<int>(x) % 2 == 0 ? 1e308 : -std::numeric_limits<double>::infinity();
  };
  EXPECT_TRUE(std::isfinite(FitTrendLine(Row(100, extreme)).Predict(4'000'000'000)));
}

}  // namespace
}  // namespace vexevt
