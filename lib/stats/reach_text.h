// When forecasts come to what they are asked to reach, as lines for people.
#pragma once

#include <span>
#include <string>

#include "lib/stats/result.h"

namespace vexevt {

// A line for each row and each forecast with a target that has an answer: "forecast_sum_length of path /srv: 90% of
// /srv at 2026-12-03T14:00:00Z, between 2026-12-02T08:00:00Z and 2026-12-05T11:00:00Z".
void AppendReachLines(const StatsQuery& query, std::span<const ResultRow> rows, std::string* out);

}  // namespace vexevt
