// StatsQuery: what vexevt-stats is asked for, as vexevt-stats(1) describes it. Plain values: read and checked for
// shape, conditions not yet compiled.
//
//   query     = result {"," result} ["by" FIELD {"," FIELD}] [windows]
//   result    = aggregate | watch ["as" NAME]
//   watch     = "anomaly" "(" aggregate {"," aggregate} ["," METHOD [NUMBER]] [by] ")"
//             | "change" "(" aggregate ["," METHOD] [by] ")"
//             | "forecast" "(" aggregate ["," ("holt-winters" [NUMBER] | "trend")] ["," "ahead" ahead] [by] ")"
//               ["reach" ["below"] target]
//   ahead     = NUMBER "windows" | DURATION
//   target    = QUANTITY | NUMBER "%" "of" (QUANTITY | PATH)
//   aggregate = measure ["[" EXPRESSION "]"] ["as" NAME]
//   measure   = "count" | "rate" | "interarrival"
//             | ("sum" | "min" | "max" | "mean" | "variance" | "stddev" | "first" | "last" | "distinct" | "entropy"
//                | "histogram" | "p" NUMBER) "(" FIELD ")"
//             | "quantile" "(" NUMBER "," FIELD ")" | "topk" "(" NUMBER "," FIELD ")"
//             | "frequency" "(" FIELD "," VALUE ")"
//             | "ratio" "(" measure ["[" EXPRESSION "]"] "," measure ["[" EXPRESSION "]"] ")"
//   windows   = "every" DURATION ["over" DURATION] | "every" NUMBER "events" | "session" "gap" DURATION
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/column.h"
#include "lib/series/detector.h"
#include "lib/series/forecaster.h"

namespace vexevt {

inline constexpr std::size_t kMaxAggregates = 64, kMaxKeyFields = 16, kMaxWatches = 16, kMaxWatched = 16;
inline constexpr std::uint32_t kMaxTopK = 1'000;
inline constexpr std::uint32_t kMaxAhead = 1'000, kMaxAheadToReach = 100'000;  // windows
// Windows that may be open at once: of sliding ones, and those that lateness keeps open.
inline constexpr std::uint64_t kMaxOpenWindows = 10'000;

enum class AggregateKind : std::uint8_t {
  kCount,
  kRate,          // events a second
  kInterarrival,  // mean time between two events
  kSum,
  kMin,
  kMax,
  kMean,
  kVariance,  // of the values as a population
  kStddev,
  kFirst,  // value of the earliest event that has the field
  kLast,
  kQuantile,
  kDistinct,
  kTopK,
  kFrequency,  // of one value of the field, which can be named later
  kHistogram,  // by powers of two
  kEntropy,    // Shannon's, in bits, of how the values are distributed
  kRatio,
  kWatch,  // no aggregate's: what a watch tells
};

struct Aggregate {
  AggregateKind kind = AggregateKind::kCount;
  Column field;                  // of kinds that have one
  double fraction = 0;           // kQuantile: 0 to 1
  std::uint32_t most = 0;        // kTopK
  std::string value;             // kFrequency
  std::string when;              // only of events for which this expression holds; empty: of all
  std::size_t when_at = 0;       // where it begins in the query's text, in bytes from 0
  std::vector<Aggregate> parts;  // kRatio: what is divided, and by what
  std::string name;              // attribute of the results: as given, or "p99_size"
};

enum class WatchKind : std::uint8_t {
  kAnomaly,   // is the value what those before it make one expect?
  kChange,    // have the values come to another level?
  kForecast,  // what comes next, or when does it come to so much?
};

// What a forecast is asked to come to.
struct ReachTarget {
  double value = 0;
  bool below = false;  // a level is to fall to it
  std::string path;    // where there is one, `value` is a share of the size of the file system on which it lies
  std::string text;    // as it was written
};

// What forecasts alone have.
struct ForecastWish {
  ForecastPlan plan;
  std::uint32_t ahead = 0;     // windows: of these the last is told of, or, with `reach`, all are looked through
  std::uint64_t ahead_ns = 0;  // where it was said so
  std::optional<ReachTarget> reach;
};

// A model of each group watches aggregates from window to window.
struct Watch {
  WatchKind kind = WatchKind::kAnomaly;
  DetectorKind method = DetectorKind::kMad;
  std::uint32_t period = 0;             // windows after which things are as before; 0: it is looked for
  std::vector<std::uint32_t> measures;  // of StatsQuery::aggregates
  std::string name;
  // The names of its columns: its own, then of each value that it watches where the value is expected to lie:
  // "name_low" and "name_high", or, of several, "name_count_low" and so on.
  std::vector<std::string> columns;
  ForecastWish forecast;  // of kForecast, which has neither method nor period
};

enum class WindowKind : std::uint8_t {
  kGlobal,   // the whole stream
  kTime,     // of `length_ns`, one begins every `every_ns` of the events' time, from 1970 on
  kCount,    // of `events` events, one after the other
  kSession,  // of each group: until none of its events comes for `gap_ns`
};

struct WindowShape {
  WindowKind kind = WindowKind::kGlobal;
  std::uint64_t every_ns = 0, length_ns = 0;  // length_ns: a multiple of every_ns
  std::uint64_t gap_ns = 0;
  std::uint64_t events = 0;
  bool operator==(const WindowShape&) const = default;
};

struct TextPart {
  std::size_t at = 0, size = 0;  // bytes
};

struct StatsQuery {
  std::vector<Aggregate> aggregates;  // at least one; those that are watched are among them
  std::vector<Watch> watches;
  std::vector<Column> by;
  WindowShape windows;
  std::string text;              // what it was read from
  std::vector<TextPart> values;  // those of frequencies as they stand in it, in their order
};

// A failure's message is "COLUMN: what is wrong", in bytes from 1. The code is kInvalidArgument.
Result<StatsQuery> ParseStatsQuery(std::string_view text);

// The query's text with `value` as the one that each of its frequencies is of: their states answer for any value.
// kInvalidArgument, without a column, where there is no frequency, or one of a field that never has this value.
Result<std::string> WithFrequencyOf(const StatsQuery& query, std::string_view value);

// Whether the aggregate has a value that is a number: others are texts.
bool IsNumber(const Aggregate& aggregate);

}  // namespace vexevt
