#include "lib/series/season.h"

#include <gtest/gtest.h>

#include <limits>

#include "lib/series/testing/rows.h"

namespace vexevt {
namespace {

double Wave(double x, double season) { return std::sin(x * 2 * std::numbers::pi / season); }

TEST(FindSeason, IsFoundBesideTrendAndNoise) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Noise noise(seed);
    for (const int season : {4, 7, 12, 24}) {
      const auto value = [&](double x) { return 5 * x + 40 * Wave(x, season) + 10 * noise(); };
      EXPECT_EQ(FindSeason(Row(200, value)), static_cast<std::uint32_t>(season)) << seed;
    }
  }
}

TEST(FindSeason, OfPulses) {
  Noise noise(1);
  EXPECT_EQ(FindSeason(Row(300, [&](double x) { return static_cast<int>(x) % 24 == 5 ? 100 + noise() : noise(); })),
            24u);
  EXPECT_EQ(FindSeason(Row(60, [](double x) { return static_cast<int>(x) % 2; })), 2u);
}

TEST(FindSeason, NoneInNoiseLinesAndWalks) {
  int in_noise = 0, in_walks = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Noise noise(seed);
    in_noise += FindSeason(Row(200, [&](double) { return noise(); })) > 0;
    double at = 0;
    in_walks += FindSeason(Row(200, [&](double) { return at += noise(); })) > 0;
  }
  EXPECT_LE(in_noise, 2);
  EXPECT_LE(in_walks, 10);
  EXPECT_EQ(FindSeason(Row(100, [](double x) { return 3 * x; })), 0u);
  EXPECT_EQ(FindSeason(Row(100, [](double) { return 3; })), 0u);
}

TEST(FindSeason, BearsAnyNumbers) {
  EXPECT_EQ(FindSeason({}), 0u);
  EXPECT_EQ(FindSeason(std::vector<double>{1, 2, 1, 2, 1}), 0u);
  EXPECT_EQ(FindSeason(std::vector<double>(100, std::numeric_limits<double>::quiet_NaN())), 0u);
  EXPECT_EQ(FindSeason(Row(100, [](double x) { return static_cast<int>(x) % 3 == 0 ? 1e308 : -1e308; })), 0u);
  const auto gaps = [](double x) { return static_cast<int>(x) % 10 == 0 ? std::nan("") : Wave(x, 12); };
  EXPECT_EQ(FindSeason(Row(120, gaps)), 12u);
}

}  // namespace
}  // namespace vexevt
