// Writes what is told of a window, and what watches find in it: as a table where that is the format, else as events, of
// results or of states; and, where it is asked for, draws all of it at the end.
#pragma once

#include <span>
#include <string>

#include "cmd/vexevt-stats/drawing.h"
#include "cmd/vexevt-stats/options.h"
#include "lib/cli/event_sink.h"
#include "lib/stats/anomaly_event.h"
#include "lib/stats/result.h"
#include "lib/stats/state_event.h"
#include "lib/stats/watcher.h"

namespace vexevt {

class WindowWriter {
 public:
  // Borrows all four. `watcher`: null where the query has no watch.
  WindowWriter(const StatsQuery& query, const StatePlan& plan, const StatsOptions& options, Watcher* watcher)
      : query_(query),
        plan_(plan),
        options_(options),
        watcher_(watcher),
        result_(query, plan, options.name),
        anomaly_(query, plan, options.name),
        state_(query, plan, options.name),
        drawing_(query, plan, options) {}

  void Write(const ToldWindow& window, EventSink& sink);

  // The first failure since the last call.
  Status TakeFailure();

  // No window follows: draws what is to be drawn. `notes` are for a report.
  Status Finish(std::span<const std::string> notes, EventSink& sink);

 private:
  void WriteTable(const ToldWindow& window, std::span<const ResultRow> rows, std::span<const Anomaly> found,
                  EventSink& sink);
  void WriteStates(const ToldWindow& window, EventSink& sink);

  const StatsQuery& query_;
  const StatePlan& plan_;
  const StatsOptions& options_;
  Watcher* const watcher_;
  ResultEvent result_;
  AnomalyEvent anomaly_;
  StateEvent state_;
  Drawing drawing_;
  std::string text_;
  Status failure_;
};

}  // namespace vexevt
