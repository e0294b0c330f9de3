#include "cmd/vexevt-stats/backtest.h"

#include <fmt/format.h>

#include "lib/stats/backtest_result.h"

namespace vexevt {

void BacktestWriter::See(const ToldWindow& window) {
  if (begin_ns_ == 0) begin_ns_ = window.begin_ns;
  end_ns_ = window.end_ns;
  std::vector<ResultRow> rows = ReadRows(plan_, window, ListForm::kPeople);
  watcher_.See(window, &rows);
}

void BacktestWriter::Write(EventSink& sink) const {
  const StatePlan plan = MakeBacktestPlan();
  const ToldWindow all{.begin_ns = begin_ns_, .end_ns = end_ns_};
  for (std::uint32_t i = 0; i < query_.watches.size(); ++i) {
    const Watch& watch = query_.watches[i];
    if (watch.kind != WatchKind::kForecast) continue;
    const std::vector<ResultRow> rows = BacktestRows(watcher_, i);
    if (sink.format() == Format::kText) {
      const std::uint32_t ahead = watch.forecast.plan.horizons.back();
      std::string text = fmt::format("{}, {} {} ahead, ", watch.name, ahead, ahead == 1 ? "window" : "windows");
      AppendResultTable(query_, plan, all, rows, &text);
      sink.WriteText(text + '\n');
      continue;
    }
    ResultEvent event(query_, plan, watch.name);
    for (const ResultRow& row : rows) {
      if (!sink.full()) sink.WriteMade(event.Make(all, row));
    }
  }
}

}  // namespace vexevt
