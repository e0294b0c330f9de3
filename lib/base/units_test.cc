#include "lib/base/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <random>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kHour = 3600 * kNsPerSecond;

template <typename T>
void ExpectRefused(Result<T> result, std::string_view text) {
  EXPECT_FALSE(result.ok()) << text;
  if (result.ok()) return;
  EXPECT_EQ(result.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(result.status().message(), HasSubstr(std::string(1, '\'').append(text).append(1, '\'')));
}

// Any value, small ones as likely as large ones.
std::uint64_t AnyValue(std::mt19937_64& random) { return random() >> (random() % 64); }

TEST(Size, Parses) {
  EXPECT_EQ(*ParseSize("0"), 0u);
  EXPECT_EQ(*ParseSize("512"), 512u);
  EXPECT_EQ(*ParseSize("512B"), 512u);
  EXPECT_EQ(*ParseSize("10K"), 10'240u);
  EXPECT_EQ(*ParseSize("10k"), 10'240u);
  EXPECT_EQ(*ParseSize("10Ki"), 10'240u);
  EXPECT_EQ(*ParseSize("10KiB"), 10'240u);
  EXPECT_EQ(*ParseSize("10KB"), 10'000u);
  EXPECT_EQ(*ParseSize("1.5G"), 1'610'612'736u);
  EXPECT_EQ(*ParseSize("0.1MB"), 100'000u);
  EXPECT_EQ(*ParseSize("16383P"), 16383ull << 50);
  EXPECT_EQ(*ParseSize("18446744073709551615"), UINT64_MAX);
}

TEST(Size, Refuses) {
  for (const char* text : {"", "K", "10X", "10KK", "1.5", "1.", ".5K", "-1", "+1", " 1", "1 ", "1 K", "10KiBs",
                           "1.2.3K", "0x10", "16384P", "18446744073709551616", "99999999999999999999K"}) {
    ExpectRefused(ParseSize(text), text);
  }
}

TEST(Size, RoundTrips) {
  EXPECT_EQ(PrintSize(10 << 20), "10M");
  EXPECT_EQ(PrintSize(1536), "1536");
  EXPECT_EQ(PrintSize(0), "0");
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t bytes = AnyValue(random) << (random() % 32);
    ASSERT_EQ(*ParseSize(PrintSize(bytes)), bytes);
  }
}

TEST(Size, RoundsForReading) {
  EXPECT_EQ(RoundedSize(0), "0");
  EXPECT_EQ(RoundedSize(1023), "1023");
  EXPECT_EQ(RoundedSize(1024), "1K");
  EXPECT_EQ(RoundedSize(1500), "1.46K");
  EXPECT_EQ(RoundedSize(1'048'575), "1M");
  EXPECT_EQ(RoundedSize(123 << 20), "123M");
  EXPECT_EQ(RoundedSize(UINT64_MAX), "16384P");
}

TEST(Count, Parses) {
  EXPECT_EQ(*ParseCount("250"), 250u);
  EXPECT_EQ(*ParseCount("10k"), 10'000u);
  EXPECT_EQ(*ParseCount("1.5M"), 1'500'000u);
  for (const char* text : {"", "k", "1.5", "1KiB", "-3", "20000P"}) ExpectRefused(ParseCount(text), text);
  EXPECT_EQ(RoundedCount(999), "999");
  EXPECT_EQ(RoundedCount(1'234'567), "1.23M");
  EXPECT_EQ(RoundedCount(999'999), "1M");
}

TEST(Duration, Parses) {
  EXPECT_EQ(*ParseDuration("0"), 0u);
  EXPECT_EQ(*ParseDuration("7ns"), 7u);
  EXPECT_EQ(*ParseDuration("5us"), 5'000u);
  EXPECT_EQ(*ParseDuration("5\xc2\xb5s"), 5'000u);
  EXPECT_EQ(*ParseDuration("250ms"), 250 * kNsPerMs);
  EXPECT_EQ(*ParseDuration("1.5s"), 1500 * kNsPerMs);
  EXPECT_EQ(*ParseDuration("10m"), kHour / 6);
  EXPECT_EQ(*ParseDuration("1h30m"), kHour * 3 / 2);
  EXPECT_EQ(*ParseDuration("1m1.5s"), 61'500 * kNsPerMs);
  EXPECT_EQ(*ParseDuration("7d"), 7 * 24 * kHour);
  EXPECT_EQ(*ParseDuration("1w1d"), 8 * 24 * kHour);
  EXPECT_EQ(*ParseDuration("0.5h"), kHour / 2);
}

TEST(Duration, Refuses) {
  for (const char* text : {"", "5", "s", "5 s", "-1s", "30m1h", "1h1h", "1.5h30m", "1.5ns", "1y", "1hm",
                           "1us1\xc2\xb5s", "600000d", "18446744073709551615ns1us"}) {
    ExpectRefused(ParseDuration(text), text);
  }
}

TEST(Duration, RoundTrips) {
  EXPECT_EQ(PrintDuration(0), "0s");
  EXPECT_EQ(PrintDuration(1500 * kNsPerUs), "1.5ms");
  EXPECT_EQ(PrintDuration(kHour * 3 / 2), "1h30m");
  EXPECT_EQ(PrintDuration(kHour + 1), "1h1ns");
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t ns = AnyValue(random);
    ASSERT_EQ(*ParseDuration(PrintDuration(ns)), ns) << PrintDuration(ns);
  }
  EXPECT_EQ(*ParseDuration(PrintDuration(UINT64_MAX)), UINT64_MAX);
}

TEST(Duration, RoundsForReading) {
  EXPECT_EQ(RoundedDuration(0), "0s");
  EXPECT_EQ(RoundedDuration(17), "17ns");
  EXPECT_EQ(RoundedDuration(1'462'000), "1.46ms");
  EXPECT_EQ(RoundedDuration(999'999), "1ms");
  EXPECT_EQ(RoundedDuration(12'345 * kNsPerMs), "12.3s");
  EXPECT_EQ(RoundedDuration(3 * kHour + 12 * 60 * kNsPerSecond + 5 * kNsPerSecond), "3h12m");
  EXPECT_EQ(RoundedDuration(24 * kHour), "1d");
}

TEST(RateText, Parses) {
  EXPECT_EQ(*ParseRate("100/s"), (Rate{100, kNsPerSecond}));
  EXPECT_EQ(*ParseRate("5/m"), (Rate{5, 60 * kNsPerSecond}));
  EXPECT_EQ(*ParseRate("10k/s"), (Rate{10'000, kNsPerSecond}));
  EXPECT_EQ(*ParseRate("3/10s"), (Rate{3, 10 * kNsPerSecond}));
  for (const char* text : {"", "100", "/s", "100/", "0/s", "1/0s", "1/x", "-1/s", "1/1", "1//s"}) {
    ExpectRefused(ParseRate(text), text);
  }
  for (const char* text : {"100/s", "5/m", "3/10s", "1/1h30m", "2/us"}) EXPECT_EQ(PrintRate(*ParseRate(text)), text);
}

class Zone : public testing::Test {
 protected:
  Zone() {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
  }
  ~Zone() override {
    unsetenv("TZ");
    tzset();
  }
};

TEST_F(Zone, ParsesTimes) {
  constexpr std::uint64_t kNoon = 1'795'431'600 * kNsPerSecond;  // date -d 2026-11-23T11:00:00Z +%s
  EXPECT_EQ(*ParseTime("2026-11-23T11:00:00Z"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23t11:00:00z"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23 11:00 UTC"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23T12:00:00+01:00"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23T05:30:00-0530"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23T13:00:00+02"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23T11:00:00.5Z"), kNoon + kNsPerSecond / 2);
  EXPECT_EQ(*ParseTime("2026-11-23T11:00:00.123456789Z"), kNoon + 123'456'789);
  EXPECT_EQ(*ParseTime("2026-11-23T10:59:60Z"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23 12:00"), kNoon);
  EXPECT_EQ(*ParseTime("2026-11-23 12:00:05"), kNoon + 5 * kNsPerSecond);
  EXPECT_EQ(*ParseTime("2026-11-23"), kNoon - 12 * kHour);
  EXPECT_EQ(*ParseTime("2026-07-01 12:00"), 1'782'900'000 * kNsPerSecond);  // summer time
  EXPECT_EQ(*ParseTime("@1700000000"), 1'700'000'000 * kNsPerSecond);
  EXPECT_EQ(*ParseTime("@1700000000.25"), 1'700'000'000 * kNsPerSecond + kNsPerSecond / 4);
  EXPECT_EQ(*ParseTime("1970-01-01T00:00:00Z"), 0u);
  EXPECT_EQ(*ParseTime("2024-02-29T00:00:00Z"), 1'709'164'800 * kNsPerSecond);
}

TEST_F(Zone, ParsesRelativeTimes) {
  constexpr std::uint64_t kNow = 1'795'431'600 * kNsPerSecond + 1;
  EXPECT_EQ(*ParseTime("now", kNow), kNow);
  EXPECT_EQ(*ParseTime("-1h", kNow), kNow - kHour);
  EXPECT_EQ(*ParseTime("1h30m ago", kNow), kNow - kHour * 3 / 2);
  EXPECT_EQ(*ParseTime("5m", kNow), kNow - kHour / 12);
  EXPECT_EQ(*ParseTime("+1h", kNow), kNow + kHour);
  EXPECT_EQ(*ParseTime("today", kNow), kNow - 1 - 12 * kHour);
  EXPECT_EQ(*ParseTime("yesterday", kNow), kNow - 1 - 36 * kHour);
  EXPECT_EQ(*ParseTime("tomorrow", kNow), kNow - 1 + 12 * kHour);
  EXPECT_EQ(*ParseTime("2026-11-23T11:00:00Z", kNow), kNow - 1);
  ExpectRefused(ParseTime("1w", kNsPerSecond), "1w");
  ExpectRefused(ParseTime("5m"), "5m");
}

TEST_F(Zone, RefusesTimes) {
  for (const char* text : {"",
                           "@",
                           "@x",
                           "@1.",
                           "@1.1234567890",
                           "@18446744074",
                           "2026",
                           "2026-11",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-11-31",
                           "2026-11-23x",
                           "2026-11-23T",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T12:60:00Z",
                           "2026-11-23T12:00:61Z",
                           "2026-11-23T12:00:00.Z",
                           "2026-11-23T12:00:00.1234567890Z",
                           "2026-11-23T12:00:00+1",
                           "2026-11-23T12:00:00+24:00",
                           "2026-11-23T12:00:00Zx",
                           "1969-12-31T23:59:59Z",
                           "2555-01-01T00:00:00Z",
                           "9999-12-31",
                           "0000-01-01T00:00:00Z",
                           "11/23/2026",
                           "last week"}) {
    ExpectRefused(ParseTime(text, kHour), text);
  }
}

TEST_F(Zone, TimesRoundTrip) {
  EXPECT_EQ(PrintTime(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(PrintTime(UINT64_MAX), "2554-07-21T23:34:33.709551615Z");
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t ns = AnyValue(random) / kNsPerSecond * kNsPerSecond + random() % kNsPerSecond;
    if (ns / kNsPerSecond >= UINT64_MAX / kNsPerSecond) continue;
    auto seconds = static_cast<std::time_t>(ns / kNsPerSecond);
    std::tm utc;
    gmtime_r(&seconds, &utc);
    char expected[32];
    std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &utc);
    ASSERT_EQ(PrintTime(ns).substr(0, 19), expected);
    ASSERT_EQ(*ParseTime(PrintTime(ns)), ns);
  }
}

}  // namespace
}  // namespace vexevt
