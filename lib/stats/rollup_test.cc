#include "lib/stats/rollup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "lib/stats/testing/told.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

// An event at a second: of a process, with a size.
Event At(std::uint64_t second, std::uint32_t pid = 1, std::uint64_t size = 0, std::string_view comm = "cc") {
  Event event;
  event.wall_ns = second * kNsPerSecond;
  event.type = kFsWrite;
  event.flags = kFlagStat;
  event.pid = pid;
  event.comm = comm;
  event.payload = FsPayload{.path = "/a", .size = size};
  return event;
}

Event GapAt(std::uint64_t second, std::uint64_t since_second) {
  Event event;
  event.wall_ns = second * kNsPerSecond;
  event.type = kVexevtLost;
  event.payload = GapPayload{"ring", 3, since_second * kNsPerSecond};
  return event;
}

TEST(Rollup, TellsTheWholeStreamAtItsEnd) {
  ToldRollup told("count, sum(size) by pid");
  told.See(At(5, 1, 10)).See(At(3, 2, 5)).See(At(4, 1, 7));
  EXPECT_THAT(told.Told(), IsEmpty());
  EXPECT_THAT(told.Finish(), ElementsAre("3-5 1 2 17", "3-5 2 1 5"));
  EXPECT_THAT(told.Finish(), IsEmpty());
}

TEST(Rollup, OfNoEventsTellsNothing) {
  EXPECT_THAT(ToldRollup("count").Finish(), IsEmpty());
  EXPECT_THAT(ToldRollup("count every 1s").Finish(), IsEmpty());
  EXPECT_THAT(ToldRollup("count session gap 1s").Finish(), IsEmpty());
}

TEST(Rollup, TellsATumblingWindowWithTheFirstEventBehindIt) {
  ToldRollup told("count every 10s");
  told.See(At(10)).See(At(19));
  EXPECT_THAT(told.Told(), IsEmpty());
  told.See(At(20));
  EXPECT_THAT(told.Told(), ElementsAre("10-20  2"));
  told.See(At(75));  // nothing of windows without events
  EXPECT_THAT(told.Told(), ElementsAre("20-30  1"));
  EXPECT_THAT(told.Finish(), ElementsAre("70-80  1"));
}

TEST(Rollup, SlidingWindowsOverlap) {
  ToldRollup told("count every 10s over 30s");
  told.See(At(5)).See(At(15)).See(At(45));
  EXPECT_THAT(told.Told(), ElementsAre("0-10  1", "0-20  2", "0-30  2", "10-40  1"));
  EXPECT_THAT(told.Finish(), ElementsAre("20-50  1", "30-60  1", "40-70  1"));
}

TEST(Rollup, CountsSoManyEvents) {
  ToldRollup told("count by pid every 2 events");
  told.See(At(1, 1)).See(At(2, 2)).See(At(3, 1));
  EXPECT_THAT(told.Told(), ElementsAre("1-2 1 1", "1-2 2 1"));
  EXPECT_THAT(told.Finish(), ElementsAre("3-3 1 1"));
}

TEST(Rollup, ASessionOfAGroupEndsWithItsSilence) {
  ToldRollup told("count by pid session gap 10s");
  told.See(At(1, 1)).See(At(2, 2)).See(At(10, 1)).See(At(12, 1));
  EXPECT_THAT(told.Told(), ElementsAre("2-2 2 1"));
  told.See(At(22, 2));
  EXPECT_THAT(told.Told(), ElementsAre("1-12 1 3"));
  EXPECT_THAT(told.Finish(), ElementsAre("22-22 2 1"));
}

TEST(Rollup, SessionsWaitForLateEvents) {
  ToldRollup told("count session gap 10s", {.lateness_ns = 20 * kNsPerSecond});
  told.See(At(1)).See(At(19)).See(At(10));  // joins what would be two
  EXPECT_THAT(told.Finish(), ElementsAre("1-19  3"));
  EXPECT_EQ(told.rollup().late(), 0u);
}

TEST(Rollup, WaitsForLateEventsAndCountsThoseThatAreLaterStill) {
  ToldRollup told("count every 10s", {.lateness_ns = 5 * kNsPerSecond});
  told.See(At(9)).See(At(14)).See(At(8));
  EXPECT_THAT(told.Told(), IsEmpty());
  told.See(At(15)).See(At(7));
  EXPECT_THAT(told.Told(), ElementsAre("0-10  2"));
  EXPECT_EQ(told.rollup().late(), 1u);
  EXPECT_THAT(told.Finish(), ElementsAre("10-20  2"));
}

TEST(Rollup, ALateEventIsInThoseOfItsWindowsThatAreOpen) {
  ToldRollup told("count every 10s over 20s");
  told.See(At(5)).See(At(12)).See(At(6));
  EXPECT_EQ(told.rollup().late(), 1u);
  EXPECT_THAT(told.Finish(), ElementsAre("0-10  1", "0-20  3", "10-30  1"));
}

TEST(Rollup, AClockThatJumpsAheadEndsWindowsAtOnce) {
  ToldRollup told("count every 1s");
  Event far = At(0);
  far.wall_ns = std::numeric_limits<std::uint64_t>::max() - 1;
  told.See(At(1)).See(far).See(At(2));
  EXPECT_THAT(told.Told(), ElementsAre("1-2  1"));
  EXPECT_EQ(told.rollup().late(), 1u);
  EXPECT_EQ(told.Finish().size(), 1u);
}

TEST(Rollup, AClockThatJumpsBackMakesEventsLate) {
  ToldRollup windows("count every 10s");
  windows.See(At(101)).See(At(5)).See(At(102));
  EXPECT_EQ(windows.rollup().late(), 1u);
  EXPECT_THAT(windows.Finish(), ElementsAre("100-110  2"));
  ToldRollup sessions("count session gap 10s");
  sessions.See(At(101)).See(At(5)).See(At(102));
  EXPECT_EQ(sessions.rollup().late(), 1u);
  EXPECT_THAT(sessions.Finish(), ElementsAre("101-102  2"));
  ToldRollup global("count, interarrival");
  global.See(At(101)).See(At(5)).See(At(102));
  EXPECT_THAT(global.Finish(), ElementsAre("5-102  3 48500000000.000000"));
}

TEST(Rollup, ReachesFromTheFirstNanosecondToTheLast) {
  Event first = At(0), last = At(0);
  last.wall_ns = std::numeric_limits<std::uint64_t>::max();
  for (const std::string_view windows : {"", " every 1s", " every 1s over 5s", " every 3 events", " session gap 1s"}) {
    ToldRollup told("count, interarrival, rate" + std::string(windows));
    told.See(first).See(last).See(last).See(first);
    EXPECT_FALSE(told.Finish().empty()) << windows;
    EXPECT_FALSE(told.rollup().next_deadline_ns()) << windows;
  }
}

TEST(Rollup, PutsGroupsBeyondTheBoundIntoOther) {
  ToldRollup told("count, sum(size) by pid", {.most_groups = 2});
  for (std::uint32_t pid = 1; pid <= 5; ++pid) told.See(At(1, pid, pid));
  told.See(At(1, 2, 1));
  EXPECT_THAT(told.Finish(), ElementsAre("1-1 2 2 3", "1-1 1 1 1", "1-1 other 3 12"));
  EXPECT_EQ(told.rollup().in_other(), 3u);
}

TEST(Rollup, AWindowThatAGapTouchesIsALowerBound) {
  ToldRollup told("count every 10s");
  told.See(At(1)).See(At(11)).See(GapAt(25, 12)).See(At(31));
  EXPECT_THAT(told.Finish(), ElementsAre("0-10  1", "10-20  1 >=", "30-40  1"));
  ToldRollup global("count");
  global.See(At(1)).See(GapAt(25, 12));
  EXPECT_THAT(global.Finish(), ElementsAre("1-1  1 >="));
}

TEST(Rollup, TellsOpenWindowsWhenAsked) {
  ToldRollup told("count every 10s");
  told.See(At(1));
  told.rollup().TellPartial(told.Tell());
  EXPECT_THAT(told.Told(), ElementsAre("0-10  1 ..."));
  told.See(At(2));
  EXPECT_THAT(told.Finish(), ElementsAre("0-10  2"));
}

TEST(Rollup, TellsTheOpenWindowAlsoWhereNothingNewIsInIt) {
  ToldRollup told("count every 10s over 30s");
  told.See(At(1));
  told.rollup().AdvanceTo(15 * kNsPerSecond, told.Tell());
  told.Told();
  told.rollup().TellPartial(told.Tell());
  EXPECT_THAT(told.Told(), ElementsAre("0-20  1 ..."));
  told.rollup().AdvanceTo(35 * kNsPerSecond, told.Tell());
  told.Told();
  told.rollup().TellPartial(told.Tell());
  EXPECT_THAT(told.Told(), IsEmpty());
}

TEST(Rollup, ComputesEachAggregate) {
  ToldRollup told(
      "count, rate, interarrival, sum(size), min(size), max(size), mean(size), variance(size), stddev(size), "
      "first(comm), last(comm), p50(size), quantile(1, size) as q, distinct(comm), topk(1, comm), histogram(size), "
      "entropy(comm), ratio(count [size > 2], count) as share");
  told.See(At(10, 1, 0, "a")).See(At(12, 1, 4, "b")).See(At(12, 1, 8, "b")).See(At(14, 1, 4, "c"));
  EXPECT_THAT(
      told.Finish(),
      ElementsAre("10-14  4 1.000000 1333333333.333333 16 0 8 4.000000 8.000000 2.828427 a c 4.000000 8.000000 3 "
                  "[[\"b\",2]] [[0,1],[4,2],[8,1]] 1.500000 0.750000"));
}

TEST(Rollup, ComputesEachAggregateOfOneEvent) {
  ToldRollup told(
      "count, rate, interarrival, sum(size), min(size), max(size), mean(size), variance(size), stddev(size), "
      "first(comm), last(comm), p50(size), quantile(1, size) as q, distinct(comm), topk(1, comm), histogram(size), "
      "entropy(comm), ratio(count [size > 9], count) as share");
  told.See(At(10, 1, 5, "a"));
  EXPECT_THAT(told.Finish(), ElementsAre("10-10  1 - - 5 5 5 5.000000 0.000000 0.000000 a a 5.000000 5.000000 1 "
                                         "[[\"a\",1]] [[4,1]] 0.000000 0.000000"));
}

// Values of each type that a field or an attribute can have, as topk shows them.
TEST(Rollup, FrequenciesAreOfAnyField) {
  Event event = At(1, 7, 4096, "cc");
  event.type = kFsRead;
  event.result = 2;
  event.flags |= kFlagAtomic;
  event.priority = Priority::kLow;
  event.context.trace_high = 1;
  event.context.trace_low = 2;
  event.attributes = {{"text", AttributeText{"a b"}}, {"ok", true}, {"n", std::int64_t{-5}}, {"x", 0.5}};
  for (const std::string asked : {"pid, 7", "size, 4K", "comm, cc", "type, fs.read", "result, ENOENT", "priority, low",
                                  "atomic, true", "trace, 00000000000000010000000000000002", "attr.text, \"a b\"",
                                  "attr.ok, true", "attr.n, -5", "attr.x, 0.5"}) {
    ToldRollup told("frequency(" + asked + ")");
    told.See(event).See(At(1, 8, 1, "other")).See(event);
    EXPECT_THAT(told.Finish(), ElementsAre("1-1  2")) << asked;
  }
  ToldRollup top("topk(1, attr.ok)");
  top.See(event);
  EXPECT_THAT(top.Finish(), ElementsAre("1-1  [[\"true\",1]]"));
  ToldRollup none("frequency(attr.gone, 1), count");
  none.See(event);
  EXPECT_THAT(none.Finish(), ElementsAre("1-1  0 1"));
}

TEST(Rollup, ANumberThatIsNoneCountsInNothing) {
  constexpr std::string_view kAggregates =
      "count, sum(attr.x), min(attr.x), max(attr.x), mean(attr.x), variance(attr.x), p50(attr.x), histogram(attr.x)";
  Event event = At(1);
  event.attributes = {{"x", std::numeric_limits<double>::quiet_NaN()}};
  ToldRollup none(kAggregates);
  none.See(event);
  EXPECT_THAT(none.Finish(), ElementsAre("1-1  1 - - - - - - []"));
  ToldRollup told(kAggregates);
  told.See(event);
  event.attributes = {{"x", 2.0}};
  told.See(event);
  EXPECT_THAT(told.Finish(), ElementsAre("1-1  2 2.000000 2.000000 2.000000 2.000000 0.000000 2.000000 [[2,1]]"));
}

TEST(Rollup, ASumBeyondTheDoublesIsInfinite) {
  ToldRollup told("sum(attr.x), max(attr.x), p50(attr.x)");
  Event event = At(1);
  event.attributes = {{"x", std::numeric_limits<double>::max()}};
  told.See(event).See(event).See(event);
  EXPECT_THAT(told.Finish(), ElementsAre("1-1  inf " + std::to_string(std::numeric_limits<double>::max()) + " " +
                                         std::to_string(std::numeric_limits<double>::max())));
}

TEST(Rollup, WithoutAValueTellsNone) {
  ToldRollup told(
      "count, sum(attr.x), mean(attr.x), p50(attr.x), first(attr.x), distinct(attr.x), ratio(count [pid = 9], count "
      "[pid = 8]) as r");
  told.See(At(1));
  EXPECT_THAT(told.Finish(), ElementsAre("1-1  1 - - - - 0 -"));
}

TEST(Rollup, SumsBeyond64BitsAndLeavesOutWhatIsNoNumber) {
  ToldRollup told("sum(size), max(attr.x), count by pid");
  Event event = At(1, 1, std::numeric_limits<std::uint64_t>::max());
  event.attributes = {{"x", std::numeric_limits<double>::quiet_NaN()}};
  told.See(event).See(event);
  event.attributes = {{"x", std::int64_t{-7}}};
  told.See(event);
  const Lines lines = told.Finish();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "1-1 1 " + std::to_string(3 * 18446744073709551615.0) + " -7.000000 3");
}

TEST(Rollup, SaysWhereAnExpressionIsWrong) {
  auto query = ParseStatsQuery("count [sise > 1]");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(Rollup::Compile(std::move(*query), {}).status().message(),
            "8: unknown field 'sise' (did you mean 'size'?)");
}

TEST(Rollup, RefusesALatenessThatKeepsTooManyWindowsOpen) {
  auto query = ParseStatsQuery("count every 1ns");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(Rollup::Compile(std::move(*query), {.lateness_ns = kNsPerSecond}).status().message(),
            "a lateness of 1s would keep more than 10000 windows open");
}

}  // namespace
}  // namespace vexevt
