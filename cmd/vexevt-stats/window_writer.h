// Writes what is told of a window: as a table where that is the format, else as events, of results or of states.
#pragma once

#include <string>

#include "lib/cli/event_sink.h"
#include "lib/stats/result.h"
#include "lib/stats/state_event.h"

namespace vexevt {

class WindowWriter {
 public:
  // Borrows query and plan. `states`: --partials.
  WindowWriter(const StatsQuery& query, const StatePlan& plan, const std::string& name, bool states)
      : query_(query), plan_(plan), states_(states), result_(query, plan, name), state_(query, plan, name) {}

  void Write(const ToldWindow& window, EventSink& sink);

  // The first failure since the last call.
  Status TakeFailure();

 private:
  void WriteStates(const ToldWindow& window, EventSink& sink);

  const StatsQuery& query_;
  const StatePlan& plan_;
  const bool states_;
  ResultEvent result_;
  StateEvent state_;
  std::string text_;
  Status failure_;
};

}  // namespace vexevt
