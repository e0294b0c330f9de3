// A query is refused with the column in the error, or read and compiled; then it bears any stream, and can be drawn. Of
// another frequency it is a query, too.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "lib/event/testing/samples.h"
#include "lib/plot/chart_text.h"
#include "lib/plot/svg.h"
#include "lib/stats/anomaly_event.h"
#include "lib/stats/reach_text.h"
#include "lib/stats/result_chart.h"
#include "lib/stats/watcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  // A query's cost is its length; a long one shows nothing that a short one doesn't.
  if (size > 4096) return 0;
  const auto check = [](const Status& status) {
    if (status.message().empty() || status.message()[0] < '1' || status.message()[0] > '9') std::abort();
  };
  auto query = ParseStatsQuery({reinterpret_cast<const char*>(data), size});
  if (!query.ok()) {
    check(query.status());
    return 0;
  }
  if (const auto other = WithFrequencyOf(*query, "a, \"b\")"); other.ok()) {
    const auto again = WithFrequencyOf(*ParseStatsQuery(*other), "a, \"b\")");
    if (!again.ok() || *again != *other) std::abort();
  }
  auto rollup = Rollup::Compile(std::move(*query), {.most_groups = 4});
  if (!rollup.ok()) {
    check(rollup.status());
    return 0;
  }
  Watcher watcher((*rollup)->query(), 2);
  ResultEvent event((*rollup)->query(), (*rollup)->plan(), "fuzz");
  AnomalyEvent anomaly_event((*rollup)->query(), (*rollup)->plan(), "fuzz");
  ResultHistory history((*rollup)->query(), (*rollup)->plan());
  const Rollup::TellWindow tell = [&](const ToldWindow& window) {
    std::vector<ResultRow> rows = ReadRows((*rollup)->plan(), window, ListForm::kPeople);
    for (const Anomaly& anomaly : watcher.See(window, &rows)) FrameOf(anomaly_event.Make(anomaly, std::nullopt));
    if (!window.partial) history.Add(window, rows);
    std::string text;
    AppendResultTable((*rollup)->query(), (*rollup)->plan(), window, rows, &text);
    AppendReachLines((*rollup)->query(), rows, &text);
    if (text.empty()) std::abort();
    for (const ResultRow& row : rows) {
      if (FrameOf(event.Make(window, row)).size() % 8 != 0) std::abort();
    }
  };
  std::uint64_t time_ns = 0;
  for (Event sample : SampleEvents()) {
    sample.wall_ns = time_ns += 700'000'000;
    const std::vector<std::byte> frame = FrameOf(sample);
    EventView view;
    if (!EventView::Bind(frame, &view)) std::abort();
    (*rollup)->See({&view, 1}, tell);
  }
  (*rollup)->TellPartial(tell);
  (*rollup)->Finish(tell);
  for (const auto kind : {PlotKind::kAuto, PlotKind::kBars, PlotKind::kSpark, PlotKind::kLine, PlotKind::kHeatMap}) {
    const std::vector<Chart> charts = ChartsOf(history, kind);
    std::string text;
    for (const Chart& chart : charts) AppendChartText(chart, {.utf8 = false}, &text);
    if (text.empty() != charts.empty() || SvgDocument("fuzz", charts).empty()) std::abort();
  }
  return 0;
}
