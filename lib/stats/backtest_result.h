// What a back-test has found, as results: a table for each forecast, a row for each group.
#pragma once

#include <string>
#include <vector>

#include "lib/stats/result.h"
#include "lib/stats/watcher.h"

namespace vexevt {

// The columns: mase, seasonal_mase, in_80, in_95, forecasts. There are no cells.
StatePlan MakeBacktestPlan();

// A row for each group, by their keys, of one forecast of the watcher's query. Borrows from the watcher.
std::vector<ResultRow> BacktestRows(const Watcher& watcher, std::uint32_t watch);

// The names of the attributes that results of a back-test have, as --fields wants them, and of the forecast.
std::string BacktestFields(const StatsQuery& query);

}  // namespace vexevt
