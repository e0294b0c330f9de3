// The events in which vexevt-react tells of what it decides and does: vexevt.audit of events, runs and machines,
// vexevt.action of steps. Their causes are the event that set off the run.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/react/run.h"
#include "lib/react/run_store.h"

namespace vexevt {

// Events that wait to be written, which they are once what they tell of is in the store. Owns their texts.
class Report {
 public:
  // Of what somebody or something did to `object`: "run" of a workflow "began".
  void Audit(std::string_view operation, std::string_view object, std::string_view outcome, EventId cause,
             std::vector<Attribute> attributes = {});
  // A run came to be in its state.
  void Run(const RunRecord& run, std::string_view outcome);
  // A step: `what` is its action, where it has just been started.
  void Step(const RunRecord& run, std::size_t step, std::string_view outcome, std::string_view what = {});

  std::vector<Event>& events() { return events_; }
  void Clear();

 private:
  std::string_view Keep(std::string_view text);

  std::vector<Event> events_;
  std::deque<std::string> texts_;
};

EventId CauseOf(const RunRecord& run);

}  // namespace vexevt
