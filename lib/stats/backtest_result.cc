#include "lib/stats/backtest_result.h"

#include <cmath>
#include <string_view>

namespace vexevt {
namespace {

constexpr std::string_view kColumns[] = {"mase", "seasonal_mase", "in_80", "in_95", "forecasts"};

ResultValue Known(double number) { return std::isnan(number) ? ResultValue() : ResultValue(number); }

}  // namespace

StatePlan MakeBacktestPlan() {
  StatePlan plan;
  for (const std::string_view name : kColumns) {
    plan.columns.push_back({.name = std::string(name), .kind = AggregateKind::kWatch});
  }
  return plan;
}

std::vector<ResultRow> BacktestRows(const Watcher& watcher, std::uint32_t watch) {
  std::vector<ResultRow> rows;
  for (const GroupScore& group : watcher.Scores()) {
    if (group.watch != watch) continue;
    const BacktestScore& score = group.score;
    ResultRow& row = rows.emplace_back();
    row.key = group.key;
    row.events = score.forecasts;
    row.values = {Known(score.mase), Known(score.seasonal_mase), Known(score.coverage[0]), Known(score.coverage[1]),
                  score.forecasts};
  }
  return rows;
}

std::string BacktestFields(const StatsQuery& query) {
  std::string fields = "observability.name,attr.begin,attr.end";
  for (const Column& column : query.by) fields += ",attr." + AttributeName(column);
  for (const std::string_view name : kColumns) {
    fields += ",attr.";
    fields += name;
  }
  return fields;
}

}  // namespace vexevt
