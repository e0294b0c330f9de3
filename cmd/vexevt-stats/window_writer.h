// Writes what is told of a window, and what watches find in it: as a table where that is the format, else as events, of
// results or of states.
#pragma once

#include <span>
#include <string>

#include "lib/cli/event_sink.h"
#include "lib/stats/anomaly_event.h"
#include "lib/stats/result.h"
#include "lib/stats/state_event.h"
#include "lib/stats/watcher.h"

namespace vexevt {

class WindowWriter {
 public:
  // Borrows query and plan. `states`: --partials. `watcher`: null where the query has no watch.
  WindowWriter(const StatsQuery& query, const StatePlan& plan, const std::string& name, bool states, Watcher* watcher)
      : query_(query),
        plan_(plan),
        states_(states),
        watcher_(watcher),
        result_(query, plan, name),
        anomaly_(query, plan, name),
        state_(query, plan, name) {}

  void Write(const ToldWindow& window, EventSink& sink);

  // The first failure since the last call.
  Status TakeFailure();

 private:
  void WriteTable(const ToldWindow& window, std::span<const ResultRow> rows, std::span<const Anomaly> found,
                  EventSink& sink);
  void WriteStates(const ToldWindow& window, EventSink& sink);

  const StatsQuery& query_;
  const StatePlan& plan_;
  const bool states_;
  Watcher* const watcher_;
  ResultEvent result_;
  AnomalyEvent anomaly_;
  StateEvent state_;
  std::string text_;
  Status failure_;
};

}  // namespace vexevt
