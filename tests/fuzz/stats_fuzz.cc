// A query is refused with the column in the error, or read and compiled; then it bears any stream, and can be drawn.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "lib/event/testing/samples.h"
#include "lib/plot/chart_text.h"
#include "lib/plot/svg.h"
#include "lib/stats/result_chart.h"

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
  auto rollup = Rollup::Compile(std::move(*query), {.most_groups = 4});
  if (!rollup.ok()) {
    check(rollup.status());
    return 0;
  }
  ResultEvent event((*rollup)->query(), (*rollup)->plan(), "fuzz");
  ResultHistory history((*rollup)->query(), (*rollup)->plan());
  const Rollup::TellWindow tell = [&](const ToldWindow& window) {
    if (!window.partial) history.Add(window, ReadRows((*rollup)->plan(), window, ListForm::kJson));
    std::string text;
    AppendResultTable((*rollup)->query(), (*rollup)->plan(), window,
                      ReadRows((*rollup)->plan(), window, ListForm::kPeople), &text);
    if (text.empty()) std::abort();
    for (const ResultRow& row : ReadRows((*rollup)->plan(), window, ListForm::kJson)) {
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
