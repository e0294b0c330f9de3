// The report of a run, as a page: what --html writes. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/plot/html.h"
#include "lib/stats/result_history.h"

namespace vexevt {

// A window as a table of a page, with the first of its rows.
ReportTable ReportTableOf(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                          std::span<const ResultRow> rows);

// With the facts of the history, and of this host. `notes` are escaped.
ReportPage ReportOf(const ResultHistory& history, std::vector<Chart> charts, std::vector<ReportTable> tables,
                    std::vector<std::string> notes);

}  // namespace vexevt
