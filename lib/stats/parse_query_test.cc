#include <gtest/gtest.h>

#include "lib/base/clock.h"
#include "lib/stats/query.h"

namespace vexevt {
namespace {

StatsQuery QueryOf(std::string_view text) {
  auto query = ParseStatsQuery(text);
  EXPECT_TRUE(query.ok()) << query.status().message();
  return query.ok() ? std::move(*query) : StatsQuery();
}

std::string FailureOf(std::string_view text) {
  const auto query = ParseStatsQuery(text);
  return query.ok() ? "it is a query" : query.status().message();
}

TEST(ParseStatsQuery, ReadsAggregatesKeysAndWindows) {
  const StatsQuery query = QueryOf("count, p99.9(size), distinct(path), topk(5, comm) by type, uid every 10s over 1m");
  ASSERT_EQ(query.aggregates.size(), 4u);
  EXPECT_EQ(query.aggregates[0].kind, AggregateKind::kCount);
  EXPECT_EQ(query.aggregates[1].kind, AggregateKind::kQuantile);
  EXPECT_DOUBLE_EQ(query.aggregates[1].fraction, 0.999);
  EXPECT_EQ(query.aggregates[1].name, "p99.9_size");
  EXPECT_EQ(query.aggregates[3].most, 5u);
  ASSERT_EQ(query.by.size(), 2u);
  EXPECT_EQ(query.by[1].name, "uid");
  EXPECT_EQ(query.windows,
            (WindowShape{.kind = WindowKind::kTime, .every_ns = 10 * kNsPerSecond, .length_ns = 60 * kNsPerSecond}));
}

TEST(ParseStatsQuery, ReadsEachKindOfWindow) {
  EXPECT_EQ(QueryOf("count").windows, WindowShape());
  EXPECT_EQ(QueryOf("count every 10k events").windows, (WindowShape{.kind = WindowKind::kCount, .events = 10'000}));
  EXPECT_EQ(QueryOf("count session gap 30s").windows,
            (WindowShape{.kind = WindowKind::kSession, .gap_ns = 30 * kNsPerSecond}));
}

TEST(ParseStatsQuery, KeepsExpressionsWithTheirPlace) {
  const StatsQuery query = QueryOf(R"(ratio(count [path contains "]" and size > 1], sum(size)) as share)");
  ASSERT_EQ(query.aggregates.size(), 1u);
  EXPECT_EQ(query.aggregates[0].name, "share");
  ASSERT_EQ(query.aggregates[0].parts.size(), 2u);
  EXPECT_EQ(query.aggregates[0].parts[0].when, R"(path contains "]" and size > 1)");
  EXPECT_EQ(query.aggregates[0].parts[0].when_at, 13u);
}

TEST(ParseStatsQuery, ReadsWatchesAndWhatTheyWatch) {
  const StatsQuery query = QueryOf(
      "count, p99(size), anomaly(count, p99(size)) as both, anomaly(rate, seasonal 24 by uid), "
      "change(p99_size, adwin) every 10s");
  ASSERT_EQ(query.aggregates.size(), 3u);
  EXPECT_EQ(query.aggregates[2].kind, AggregateKind::kRate);
  ASSERT_EQ(query.by.size(), 1u);
  ASSERT_EQ(query.watches.size(), 3u);
  EXPECT_EQ(query.watches[0].name, "both");
  EXPECT_EQ(query.watches[0].method, DetectorKind::kForest);
  EXPECT_EQ(query.watches[0].measures, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(query.watches[1].name, "anomaly_rate");
  EXPECT_EQ(query.watches[1].method, DetectorKind::kSeasonal);
  EXPECT_EQ(query.watches[1].period, 24u);
  EXPECT_EQ(query.watches[2].kind, WatchKind::kChange);
  EXPECT_EQ(query.watches[2].method, DetectorKind::kAdwin);
  EXPECT_EQ(QueryOf("anomaly(rate) by uid every 1s").watches[0].method, DetectorKind::kMad);
  EXPECT_EQ(QueryOf("change(rate) every 1s").watches[0].method, DetectorKind::kPageHinkley);
}

TEST(ParseStatsQuery, SaysWhatIsWrongWithAWatch) {
  EXPECT_EQ(FailureOf("anomaly(rate)"),
            "14: 'anomaly_rate' goes from window to window: 'every' or 'session' says of which");
  EXPECT_EQ(FailureOf("anomaly every 1s"), "9: expected '(', not 'every'");
  EXPECT_EQ(FailureOf("anomaly(first(size)) every 1s"), "9: 'first_size' is no number");
  EXPECT_EQ(FailureOf("anomaly(rate, mood) every 1s"), "15: unknown aggregate 'mood'");
  EXPECT_EQ(FailureOf("anomaly(rate, count, mad) every 1s"), "1: 'mad' watches one aggregate");
  EXPECT_EQ(FailureOf("change(rate, count) every 1s"), "1: 'page-hinkley' watches one aggregate");
  EXPECT_EQ(FailureOf("anomaly(rate, seasonal 1) every 1s"), "24: a period is 2 to 4096 windows");
  EXPECT_EQ(FailureOf("anomaly(rate, mad 3) every 1s"), "19: expected ')', not '3'");
  EXPECT_EQ(FailureOf("anomaly(rate by uid) by pid every 1s"), "22: 'by' stands here a second time");
  EXPECT_EQ(FailureOf("count, anomaly(count [size > 1]) every 1s"),
            "16: two aggregates are named 'count': name one with 'as NAME'");
  EXPECT_EQ(FailureOf("anomaly(rate), count as anomaly_rate_low every 1s"),
            "16: two aggregates are named 'anomaly_rate_low': name one with 'as NAME'");
}

TEST(ParseStatsQuery, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(FailureOf(""), "1: expected an aggregate like count or p99(size), not the end");
  EXPECT_EQ(FailureOf("coutn"), "1: unknown aggregate 'coutn' (did you mean 'count'?)");
  EXPECT_EQ(FailureOf("count, sum(sise)"), "12: unknown field 'sise' (did you mean 'size'?)");
  EXPECT_EQ(FailureOf("sum(path)"), "5: 'path' is no number");
  EXPECT_EQ(FailureOf("sum size"), "5: expected '(', not 'size'");
  EXPECT_EQ(FailureOf("quantile(2, size)"), "10: a quantile is 0 to 1");
  EXPECT_EQ(FailureOf("p101(size)"), "1: a percentile is 0 to 100");
  EXPECT_EQ(FailureOf("topk(0, path)"), "6: it is 1 to 1000");
  EXPECT_EQ(FailureOf("topk(1.5, path)"), "6: it is 1 to 1000");
  EXPECT_EQ(FailureOf("count, count"), "8: two aggregates are named 'count': name one with 'as NAME'");
  EXPECT_EQ(FailureOf("count [size > 1"), "7: the '[' that stands here has no ']'");
  EXPECT_EQ(FailureOf("count [ ]"), "7: expected an expression between '[' and ']'");
  EXPECT_EQ(FailureOf("ratio(count, ratio(count, count))"), "14: a ratio is of two aggregates that are none");
  EXPECT_EQ(FailureOf("ratio(count, first(size))"), "14: 'first_size' is no number");
  EXPECT_EQ(FailureOf("count by type, type"), "16: 'type' is named twice");
  EXPECT_EQ(FailureOf("count as type by type"), "18: an aggregate is named 'type', too: name it with 'as NAME'");
  EXPECT_EQ(FailureOf("count as end"), "1: 'end' is what results say of their window");
  EXPECT_EQ(FailureOf("count by attr.begin"), "10: 'begin' is what results say of their window");
  EXPECT_EQ(FailureOf("count every 10"), "13: invalid duration '10' (write it like 250ms, 10s or 1h30m)");
  EXPECT_EQ(FailureOf("count every 0"), "13: a window is longer than 0");
  EXPECT_EQ(FailureOf("count every 0 events"), "13: a window has more than 0 events");
  EXPECT_EQ(FailureOf("count every 3s over 10s"), "21: 'over' is a multiple of 'every', which is 3s");
  EXPECT_EQ(FailureOf("count every 1ns over 1s"), "22: an event would be in more than 10000 windows");
  EXPECT_EQ(FailureOf("count session 3s"), "15: expected 'gap', not '3s'");
  EXPECT_EQ(FailureOf("count bye"), "7: expected ',', 'by', 'every' or 'session', not 'bye'");
}

}  // namespace
}  // namespace vexevt
