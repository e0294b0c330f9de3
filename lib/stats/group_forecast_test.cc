#include "lib/stats/group_forecast.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "lib/base/clock.h"
#include "lib/io/disk_space.h"

namespace vexevt {
namespace {

using Columns = std::array<ResultValue, 4>;
constexpr std::uint64_t kHour = 3600 * kNsPerSecond;

StatsQuery ForecastQuery(const std::string& text) {
  auto query = ParseStatsQuery(text);
  EXPECT_TRUE(query.ok()) << query.status().message();
  return std::move(*query);
}

// What is told behind hour `hours`, of whose values value(0), value(1)… were seen.
template <typename Value>
Columns ToldAfter(const std::string& text, int hours, Value value) {
  const StatsQuery query = ForecastQuery(text);
  GroupForecast forecast(query.watches[0], false);
  for (int hour = 0; hour < hours; ++hour) forecast.See(value(hour));
  Columns columns;
  forecast.Tell(static_cast<std::uint64_t>(hours) * kHour, kHour, columns);
  return columns;
}

double RealOf(const ResultValue& value) { return AsReal(value).value_or(std::nan("")); }

TEST(GroupForecast, TellsOfAValueAndBetweenWhich) {
  const auto [value, low, high, in] = ToldAfter("forecast(count, ahead 3h) every 1h", 60, [](int i) { return 10 * i; });
  EXPECT_NEAR(RealOf(value), 620, 0.01);
  EXPECT_NEAR(RealOf(low), 620, 1);
  EXPECT_NEAR(RealOf(high), 620, 1);
}

TEST(GroupForecast, SaysWhileThereIsTooLittle) {
  const auto level = [](int) { return 5.0; };
  const Columns early = ToldAfter("forecast(count) every 1h", 3, level);
  EXPECT_EQ(std::get<std::string>(early[0]), "warming up");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(early[1]));
  const Columns then = ToldAfter("forecast(count) every 1h", 12, level);
  EXPECT_NEAR(RealOf(then[0]), 5, 1e-9);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(then[1]));
}

TEST(GroupForecast, WhatWasNeverBelowZeroIsNotForecastToBe) {
  const auto [value, low, high, in] =
      ToldAfter("forecast(count, trend, ahead 20h) every 1h", 60, [](int i) { return 60 - i + i % 3; });
  EXPECT_EQ(RealOf(value), 0);
  EXPECT_EQ(RealOf(low), 0);
}

TEST(GroupForecast, ASumIsReachedByAllThatComesTogether) {
  const auto [at, early, late, in] =
      ToldAfter("forecast(sum(length)) reach 10000 every 1h", 50, [](int i) { return 100 + 10 * (i % 2); });
  EXPECT_NEAR(RealOf(at) / kHour, 10000 / 105.0, 0.5);
  EXPECT_LE(RealOf(early), RealOf(at));
  EXPECT_GE(RealOf(late), RealOf(at));
  EXPECT_NEAR(RealOf(early) / kHour, 10000 / 105.0, 3);
}

TEST(GroupForecast, ALevelIsReachedByItself) {
  const Columns told = ToldAfter("forecast(max(size)) reach 1000 every 1h", 50, [](int i) { return 10 * i; });
  EXPECT_EQ(RealOf(told[0]) / kHour, 101);  // the window that ends then has 1000
  EXPECT_EQ(RealOf(told[3]) / kHour, 51);   // and is so far from the end of the last one
}

// Lines that are followed exactly.
TEST(GroupForecast, ALevelFallsToWhatItIsToBeBelow) {
  const auto falling = [](int i) { return 1000.0 - 10 * i; };
  const auto [at, early, late, in] = ToldAfter("forecast(last(size)) reach below 0 every 1h", 50, falling);
  EXPECT_EQ(RealOf(at) / kHour, 101);  // the window that ends then has 0
  EXPECT_EQ(RealOf(early) / kHour, 101);
  EXPECT_EQ(RealOf(late) / kHour, 101);
  EXPECT_EQ(RealOf(in) / kHour, 51);
  EXPECT_EQ(RealOf(ToldAfter("forecast(last(size), trend) reach below 255 every 1h", 50, falling)[0]) / kHour, 75.5);
  const auto rising = [](int i) { return 5 + 10.0 * i; };
  const ResultValue behind = ToldAfter("forecast(last(size)) reach below 0 every 1h", 50, rising)[0];
  EXPECT_EQ(std::get<std::string>(behind), "not in 1000 windows");
}

TEST(GroupForecast, TheEarliestTimeToFallIsThatOfTheLowerBound) {
  const auto [at, early, late, in] = ToldAfter("forecast(last(size), trend) reach below 0 every 1h", 100,
                                               [](int i) { return 10'000 - 50 * i + (i * 7 % 11) * 20; });
  EXPECT_LT(RealOf(early), RealOf(at));
  EXPECT_LT(RealOf(at), RealOf(late));
}

TEST(GroupForecast, ASumHasWhatCameOfTheWindowThatWasCut) {
  const StatsQuery query = ForecastQuery("forecast(count) reach 10000 every 1h");
  GroupForecast forecast(query.watches[0], false);
  for (int hour = 0; hour < 50; ++hour) forecast.See(100);
  Columns columns;
  GroupForecast at_end = forecast;
  at_end.SeePart(40);
  at_end.Tell(51 * kHour, kHour, columns);
  EXPECT_NEAR(RealOf(columns[0]) / kHour, 51 + (10'000 - 5'040) / 100.0, 1e-3);
  at_end = forecast;
  at_end.SeePart(std::nan(""));
  at_end.Tell(51 * kHour, kHour, columns);
  EXPECT_NEAR(RealOf(columns[0]) / kHour, 51 + (10'000 - 5'000) / 100.0, 1e-3);
}

TEST(GroupForecast, SaysWhenThereIsNothingToReach) {
  const auto level = [](int) { return 500.0; };
  const Columns there = ToldAfter("forecast(max(size)) reach 400 every 1h", 50, level);
  EXPECT_EQ(std::get<std::string>(there[0]), "already");
  EXPECT_EQ(RealOf(there[3]), 0);
  const Columns below = ToldAfter("forecast(max(size)) reach below 500 every 1h", 50, level);
  EXPECT_EQ(std::get<std::string>(below[0]), "already");
  EXPECT_EQ(RealOf(below[3]), 0);
  const Columns never = ToldAfter("forecast(max(size)) reach 501 every 1h", 50, level);
  EXPECT_EQ(std::get<std::string>(never[0]), "not in 1000 windows");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(never[1]));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(never[3]));
  EXPECT_EQ(std::get<std::string>(ToldAfter("forecast(max(size)) reach 501 every 1h", 2, level)[0]), "warming up");
}

TEST(GroupForecast, AFileSystemFillsUpFromWhatIsInIt) {
  const auto space = ReadDiskSpace("/");
  ASSERT_TRUE(space.ok());
  const double free = static_cast<double>(space->size - space->used);
  const auto at = ToldAfter("forecast(sum(length)) reach 100% of / every 1h", 50, [&](int) { return free / 200; })[0];
  EXPECT_NEAR(RealOf(at) / kHour, 250, 25);
  const auto gone = ToldAfter("forecast(sum(length)) reach 90% of /no/such every 1h", 50, [](int) { return 1; })[0];
  EXPECT_EQ(std::get<std::string>(gone), "cannot look at the file system of '/no/such': No such file or directory");
}

TEST(GroupForecast, TimesThatNoClockHasAreAbsent) {
  const StatsQuery query = ForecastQuery("forecast(max(size)) reach 1e9 every 1h");
  GroupForecast forecast(query.watches[0], false);
  for (int i = 0; i < 50; ++i) forecast.See(1e7 * i);
  Columns columns;
  forecast.Tell(~std::uint64_t{0} - 5, kHour, columns);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(columns[0]));
}

}  // namespace
}  // namespace vexevt
