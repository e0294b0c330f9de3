// Charts of a history of results. Thread-safe as long as the history is not changed.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/plot/chart.h"
#include "lib/stats/result_history.h"

namespace vexevt {

// As --plot names them.
enum class PlotKind : std::uint8_t {
  kAuto,       // of one window bars; of several sparks, and of a histogram a heat map
  kBars,       // of the last window; of sessions, of the last of each group
  kSpark,      // as ChartKind::kSpark
  kLine,       // as ChartKind::kLine
  kHistogram,  // bars of the histograms alone
  kHeatMap,    // as ChartKind::kHeatMap
};

// A chart for each result that is a number or a list of counts, in the order of the query; of a histogram one for each
// group, of some groups, those with the most values. A chart has its largest rows, by the sum of what they have shown.
// Its note says how many were left out, and how many windows are lower bounds.
std::vector<Chart> ChartsOf(const ResultHistory& history, PlotKind kind);

// Without one there is nothing to draw for kHistogram.
bool HasHistogram(const StatsQuery& query);

}  // namespace vexevt
