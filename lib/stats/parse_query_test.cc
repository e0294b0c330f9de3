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

TEST(ParseStatsQuery, ReadsFrequencies) {
  const StatsQuery query = QueryOf(
      R"(frequency(path, /etc/shadow), frequency(path, "/a, \"b\"") [uid = 0] as b,
      ratio(frequency(type, fs.read), count) as r, anomaly(frequency(path, "/etc/shadow")) every 1s)");
  ASSERT_EQ(query.aggregates.size(), 3u);
  EXPECT_EQ(query.aggregates[0].kind, AggregateKind::kFrequency);
  EXPECT_EQ(query.aggregates[0].name, "frequency_path");
  EXPECT_EQ(query.aggregates[0].value, "/etc/shadow");
  EXPECT_EQ(query.aggregates[1].value, R"(/a, "b")");
  EXPECT_EQ(query.aggregates[1].when, "uid = 0");
  EXPECT_EQ(query.aggregates[2].parts[0].value, "fs.read");
  EXPECT_EQ(query.watches[0].measures, std::vector<std::uint32_t>{0});
  EXPECT_EQ(FailureOf("frequency(path, /a), frequency(path, /b)"),
            "22: two aggregates are named 'frequency_path': name one with 'as NAME'");
}

TEST(ParseStatsQuery, TakesOtherFrequencies) {
  const auto asked = [](std::string_view text, std::string_view value) {
    const auto other = WithFrequencyOf(QueryOf(text), value);
    return other.ok() ? *other : other.status().message();
  };
  EXPECT_EQ(asked(R"(count, frequency( path ,"/a b" ) [uid = 1] as f, ratio(frequency(name,b),count) by uid)", "c"),
            R"(count, frequency( path ,c ) [uid = 1] as f, ratio(frequency(name,c),count) by uid)");
  EXPECT_EQ(asked("frequency(path, /a), anomaly(frequency(path, /a)) every 1s", "/x, y"),
            R"(frequency(path, "/x, y"), anomaly(frequency(path, "/x, y")) every 1s)");
  EXPECT_EQ(asked("frequency(uid, 0)", "root"), "'uid' is compared with a number, not with 'root'");
  EXPECT_EQ(asked("count [path = b]", "c"), "there is no frequency in 'count [path = b]'");
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

TEST(ParseStatsQuery, ReadsForecasts) {
  const StatsQuery query = QueryOf(
      "forecast(count), forecast(max(size), trend, ahead 12 windows by uid) as biggest, "
      "forecast(rate, holt-winters 24, ahead 90m), forecast(last(size), ahead 1d) reach 1.5G as full every 1h");
  ASSERT_EQ(query.watches.size(), 4u);
  EXPECT_EQ(query.watches[0].name, "forecast_count");
  EXPECT_EQ(query.watches[0].forecast.ahead, 1u);
  EXPECT_EQ(query.watches[1].name, "biggest");
  EXPECT_EQ(query.watches[1].forecast.plan.method, ForecastMethod::kTrend);
  EXPECT_EQ(query.watches[1].forecast.plan.horizons, std::vector<std::uint32_t>{12});
  EXPECT_EQ(query.watches[2].forecast.plan.season, 24u);
  EXPECT_EQ(query.watches[2].forecast.ahead, 2u);
  const ForecastWish& full = query.watches[3].forecast;
  EXPECT_EQ(full.ahead, 24u);
  EXPECT_EQ(full.plan.horizons, (std::vector<std::uint32_t>{1, 2, 4, 8, 16}));
  EXPECT_EQ(full.reach->value, 1.5 * (1 << 30));
  EXPECT_EQ(full.reach->text, "1.5G");
  EXPECT_FALSE(full.plan.adds_up);
}

TEST(ParseStatsQuery, ReadsWhatForecastsReach) {
  const auto target = [](const std::string& text) {
    return *QueryOf("forecast(sum(length)) reach " + text + " every 1h").watches[0].forecast.reach;
  };
  EXPECT_EQ(target("1T").value, 0x1p40);
  EXPECT_EQ(target("90% of 1K").value, 0.9 * 1024);
  EXPECT_EQ(target("90 % of /srv as srv").value, 0.9);
  EXPECT_EQ(target("90 % of /srv as srv").path, "/srv");
  EXPECT_EQ(target("90 % of /srv, count").text, "90 % of /srv");
  EXPECT_EQ(target("95% of \"/a, b\"").path, "/a, b");
  EXPECT_TRUE(QueryOf("forecast(count) reach 1M every 1s").watches[0].forecast.plan.adds_up);
  EXPECT_EQ(QueryOf("forecast(count) reach 1M every 1s").watches[0].forecast.reach->value, 1e6);
  EXPECT_EQ(QueryOf("forecast(last(attr.load)) reach 0.5 every 1s").watches[0].forecast.reach->value, 0.5);
  EXPECT_EQ(QueryOf("forecast(p99(latency)) reach 50ms every 1s").watches[0].forecast.reach->value, 5e7);
}

TEST(ParseStatsQuery, SaysWhatIsWrongWithAForecast) {
  EXPECT_EQ(FailureOf("forecast(count)"),
            "16: 'forecast_count' goes from window to window: 'every' or 'session' says of which");
  EXPECT_EQ(FailureOf("forecast(first(size)) every 1s"), "10: 'first_size' is no number");
  EXPECT_EQ(FailureOf("forecast(count, ewma) every 1s"), "17: expected 'holt-winters', 'trend' or 'ahead', not 'ewma'");
  EXPECT_EQ(FailureOf("forecast(count, holt-winters 1) every 1s"), "30: a season is 2 to 4096 windows");
  EXPECT_EQ(FailureOf("forecast(count, trend, up) every 1s"), "24: expected 'ahead', not 'up'");
  EXPECT_EQ(FailureOf("forecast(count, ahead 0 windows) every 1s"), "23: it is 1 to 100000 windows");
  EXPECT_EQ(FailureOf("forecast(count, ahead soon) every 1s"),
            "23: expected so many windows, as 'ahead 12 windows', or a duration, not 'soon'");
  EXPECT_EQ(FailureOf("forecast(count, ahead 1d) every 1s"),
            "27: 'forecast_count' looks 86400 windows ahead: 1000 is the most");
  EXPECT_EQ(FailureOf("forecast(count, ahead 1d) session gap 1s"),
            "27: 'forecast_count' is about time: it wants windows of time, as 'every 1h'");
  EXPECT_EQ(FailureOf("forecast(sum(length)) reach much every 1s"),
            "29: invalid size 'much' (write it like 512, 10K or 1.5G)");
  EXPECT_EQ(FailureOf("forecast(sum(length)) reach 90% every 1s"),
            "33: expected 'of' and a size, or a path on the file system, not 'every'");
  EXPECT_EQ(FailureOf("forecast(sum(length)) reach 90% of \"/srv every 1s"),
            "36: the '\"' that stands here has no other one");
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
  EXPECT_EQ(FailureOf("frequency(path)"), "15: expected ',', not ')'");
  EXPECT_EQ(FailureOf("frequency(path, )"), "17: expected a value, not ')'");
  EXPECT_EQ(FailureOf("frequency(path, \"/a)"), "17: the text that begins here has no closing '\"'");
  EXPECT_EQ(FailureOf("frequency(path, /a /b)"), "20: expected ')', not '/'");
  EXPECT_EQ(FailureOf("count, frequency(uid, root)"), "23: 'uid' is compared with a number, not with 'root'");
  EXPECT_EQ(FailureOf("frequency(type, fs.*)"), "17: 'fs.*' is more than one value");
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
