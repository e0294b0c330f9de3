// What a watch has found, as an event and as a line for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/event/event.h"
#include "lib/stats/result_attributes.h"
#include "lib/stats/watcher.h"

namespace vexevt {

// A vexevt.anomaly event at the window's end: the score as its value, the line as its message, and as attributes begin
// and end, the values of `by`, and of the watch its measures and columns, by the names that its row has for them. Its
// id follows from query, window and group. Of no use after the next Make.
class AnomalyEvent {
 public:
  // Borrows query and plan.
  AnomalyEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name);

  // `cause`: the event of the row.
  const Event& Make(const Anomaly& anomaly, std::optional<EventId> cause);

 private:
  const StatsQuery& query_;
  const StatePlan& plan_;
  KeyAttributes keys_;
  std::uint64_t source_;
  std::string message_;
  Event event_;
};

// "anomaly_rate of uid 1000: rate is 250, 80 to 120 was expected; score 7.4", of a group that was silent with the time.
// Of several values what was expected stands behind the odd one.
std::string AnomalyText(const StatsQuery& query, const StatePlan& plan, const Anomaly& anomaly);

}  // namespace vexevt
