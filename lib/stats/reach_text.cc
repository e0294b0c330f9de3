#include "lib/stats/reach_text.h"

#include <fmt/format.h>

#include <iterator>

namespace vexevt {
namespace {

bool IsTime(const ResultValue& value) { return std::holds_alternative<std::uint64_t>(value); }
std::string TimeText(const ResultValue& value) { return ResultText(FieldType::kTime, value); }

// Behind the target: when it is reached. `columns`: as GroupForecast tells of it.
std::string WhenText(std::span<const ResultValue> columns) {
  std::string text = IsTime(columns[0]) ? "at " + TimeText(columns[0]) : TimeText(columns[0]);
  if (IsTime(columns[0]) && IsTime(columns[1]) && IsTime(columns[2])) {
    text += fmt::format(", between {} and {}", TimeText(columns[1]), TimeText(columns[2]));
  } else if (IsTime(columns[1])) {
    text += fmt::format(", {} at the earliest", TimeText(columns[1]));
  }
  return text;
}

}  // namespace

void AppendReachLines(const StatsQuery& query, std::span<const ResultRow> rows, std::string* out) {
  std::size_t column = query.aggregates.size();
  for (const Watch& watch : query.watches) {
    for (const ResultRow& row : rows) {
      const std::span<const ResultValue> told = std::span(row.values).subspan(column, watch.columns.size());
      if (!watch.forecast.reach || std::holds_alternative<std::monostate>(told[0])) continue;
      fmt::format_to(std::back_inserter(*out), "{}: {} {}\n", WatchSubject(query, watch, row.key),
                     watch.forecast.reach->text, WhenText(told));
    }
    column += watch.columns.size();
  }
}

}  // namespace vexevt
