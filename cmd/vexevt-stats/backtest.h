// --backtest: goes over the windows as a run would, and tells at the end how good the forecasts were.
#pragma once

#include <cstdint>

#include "lib/cli/event_sink.h"
#include "lib/stats/watcher.h"

namespace vexevt {

class BacktestWriter {
 public:
  // Borrows query, plan and watcher; the watcher is of a back-test.
  BacktestWriter(const StatsQuery& query, const StatePlan& plan, Watcher& watcher)
      : query_(query), plan_(plan), watcher_(watcher) {}

  void See(const ToldWindow& window);
  // A table for each forecast, or an event for each of its groups.
  void Write(EventSink& sink) const;

 private:
  const StatsQuery& query_;
  const StatePlan& plan_;
  Watcher& watcher_;
  std::uint64_t begin_ns_ = 0, end_ns_ = 0;  // of all windows; 0 before the first
};

}  // namespace vexevt
