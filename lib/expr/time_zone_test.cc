#include "lib/expr/time_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "lib/expr/posix_zone.h"

namespace vexevt {
namespace {

constexpr std::int32_t kHour = 3600;

TEST(PosixZoneTest, UnrollsTheRule) {
  auto zone = UnrollPosixZone("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->standard_offset, kHour);
  ASSERT_EQ(zone->changes.size(), 2U * (2554 - 1970 + 1));
  // 2026-03-29 01:00 UTC, 2026-10-25 01:00 UTC.
  EXPECT_EQ(zone->changes[2 * 56].at, 1'774'746'000);
  EXPECT_EQ(zone->changes[2 * 56].offset, 2 * kHour);
  EXPECT_EQ(zone->changes[2 * 56 + 1].at, 1'792'890'000);
  EXPECT_EQ(zone->changes[2 * 56 + 1].offset, kHour);
}

TEST(PosixZoneTest, KnowsAllForms) {
  EXPECT_EQ(UnrollPosixZone("<+0545>-5:45")->standard_offset, 5 * kHour + 45 * 60);
  EXPECT_TRUE(UnrollPosixZone("UTC0")->changes.empty());
  // Day 60 without leap days is 1 March in every year; day 59 counted from 0 is 29 February in a leap year.
  auto julian = UnrollPosixZone("AAA0BBB,J60/0,J61/0"), zero_based = UnrollPosixZone("AAA0BBB,59/0,60/0");
  EXPECT_EQ(julian->changes[2 * 2].at, 68'256'000);      // 1972-03-01
  EXPECT_EQ(julian->changes[2 * 3].at, 99'792'000);      // 1973-03-01
  EXPECT_EQ(zero_based->changes[2 * 2].at, 68'169'600);  // 1972-02-29
  EXPECT_EQ(zero_based->changes[2 * 3].at, 99'792'000);
}

TEST(PosixZoneTest, RefusesWhatIsNone) {
  for (std::string_view rule : {"", "CET", "C-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                                "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "CET-999"}) {
    EXPECT_FALSE(UnrollPosixZone(rule)) << rule;
  }
}

TEST(TimeZoneTest, RefusesDamagedFiles) {
  EXPECT_FALSE(TimeZone::Parse("").ok());
  EXPECT_FALSE(TimeZone::Parse(std::string("TZif2").append(39, '\0')).ok());
  EXPECT_FALSE(TimeZone::Parse(std::string("TZif2").append(39, '\xff')).ok());
  EXPECT_FALSE(TimeZone::Load("Mars/Olympus").ok());
  EXPECT_FALSE(TimeZone::Load("/etc/passwd").ok());
  EXPECT_FALSE(TimeZone::Load("../zoneinfo/UTC").ok());
}

// Against libc, at four times of every week from 1970 to 2100.
TEST(TimeZoneTest, AgreesWithLibc) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
                           "Africa/Casablanca", "America/Sao_Paulo", "UTC"}) {
    auto zone = TimeZone::Load(name);
    if (!zone.ok()) GTEST_SKIP() << zone.status().message();
    ASSERT_EQ(setenv("TZ", name, 1), 0);
    tzset();
    for (std::int64_t at = 0; at < 4'102'444'800; at += 151'201) {
      std::tm local{};
      std::time_t seconds = at;
      localtime_r(&seconds, &local);
      ASSERT_EQ(zone->OffsetAt(at), local.tm_gmtoff) << name << " at " << at;
    }
  }
  unsetenv("TZ");
  tzset();
}

}  // namespace
}  // namespace vexevt
