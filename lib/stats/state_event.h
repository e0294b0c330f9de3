// States of windows as events, and their sum: how the answers of many hosts or files become that of one run over all
// of their events. A state is an observability.metric event with the query as its message and the attribute `state`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event.h"
#include "lib/event/event_view.h"
#include "lib/stats/rollup.h"

namespace vexevt {

// Windows that others can have, too: all but counted ones.
bool HasMergeableWindows(const StatsQuery& query);

// Makes the event of a group in a window. Of no use after the next Make.
class StateEvent {
 public:
  StateEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name);

  // kResourceExhausted where the state is larger than an event can be.
  Result<const Event*> Make(const ToldWindow& window, std::uint32_t row);

 private:
  const StatsQuery& query_;
  const StatePlan& plan_;
  std::string name_, state_;
  Event event_;
  std::uint64_t source_, count_ = 0;
};

// Adds up the states of one query. Not thread-safe.
class StateSum {
 public:
  // `frequency_of`: the value that frequencies are told of, in place of the one that their query names.
  explicit StateSum(std::uint32_t most_groups, std::optional<std::string> frequency_of = {})
      : most_groups_(most_groups), frequency_of_(std::move(frequency_of)) {}

  // Takes a state; other events are passed over. kDataLoss where it is damaged or of another query than those before,
  // kInvalidArgument where its query can't be asked for `frequency_of`.
  Status Add(const EventView& event);
  // Each window, in the order of their ends; afterwards this is empty.
  void Finish(const Rollup::TellWindow& tell);

  // Nothing before the first state. The query is that of the states, or, of another frequency, as it would be written.
  const StatsQuery* query() const { return query_.get(); }
  const StatePlan& plan() const { return *plan_; }
  std::uint64_t in_other() const { return in_other_; }  // events

 private:
  struct Window {
    std::uint64_t begin_ns = 0, end_ns = 0;
    bool lower_bound = false;
    std::unique_ptr<GroupTable> groups;
  };
  struct Session {
    std::string key;
    Window window;
  };
  struct Reading;

  Status SetQuery(std::string_view text);
  void AddToWindow(const Reading& reading, GroupState state);
  void FinishSessions(const Rollup::TellWindow& tell);
  static void Tell(Window* window, const Rollup::TellWindow& tell);

  const std::uint32_t most_groups_;
  const std::optional<std::string> frequency_of_;
  std::string text_;  // of the states' query
  std::unique_ptr<const StatsQuery> query_;
  std::unique_ptr<const StatePlan> plan_;
  std::map<std::uint64_t, Window> windows_;  // by end; all of kGlobal are one
  std::vector<Session> sessions_;
  std::uint64_t in_other_ = 0;
};

}  // namespace vexevt
