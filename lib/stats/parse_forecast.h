// The parts of a query that forecasts alone have: see query.h for their grammar. Failures are as ParseStatsQuery says.
#pragma once

#include "lib/base/text_cursor.h"
#include "lib/stats/query.h"

namespace vexevt {

// Behind the aggregate and its ','.
Status ParseForecastTerms(TextCursor* in, ForecastWish* wish);
// Behind "reach"; quantities are as the aggregate's field has them.
Result<ReachTarget> ParseReachTarget(TextCursor* in, const Aggregate& aggregate);
// Once the windows are known, which stand at `at`: how many of them `ahead` is, and of which errors are kept.
Status FitToWindows(const WindowShape& windows, std::size_t at, Watch* watch);

}  // namespace vexevt
