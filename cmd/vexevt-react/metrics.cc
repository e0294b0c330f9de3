#include "cmd/vexevt-react/metrics.h"

#include <iterator>

namespace vexevt {
namespace {

struct Kind {
  const char* name;
  const char* help;
  MetricKind kind = MetricKind::kCounter;
};

constexpr Kind kAll[] = {
    {"vexevt_react_triggers_total", "events that set off a workflow"},
    {"vexevt_react_loops_total", "of these, what our own actions caused"},
    {"vexevt_react_given_up_total", "of these, what a cooldown, a busy key or a full queue kept from a run"},
    {"vexevt_react_runs_begun_total", "runs that began"},
    {"vexevt_react_runs_done_total", "runs that were done"},
    {"vexevt_react_runs_undone_total", "runs that failed and were undone"},
    {"vexevt_react_runs_stuck_total", "runs that could not be undone"},
    {"vexevt_react_dead_letters_total", "events that were given up, and runs that are stuck"},
    {"vexevt_react_actions_total", "actions that were started"},
    {"vexevt_react_hurried_total", "keys whose debounce or cooldown was cut short, as they were too many"},
    {"vexevt_react_runs", "runs that go on", MetricKind::kGauge},
    {"vexevt_react_waiting", "events that wait for their turn, or that a debounce holds", MetricKind::kGauge},
};

}  // namespace

void ReactMetrics::Describe(MetricSet* set) {
  static_assert(std::size(kAll) == std::tuple_size_v<decltype(values_)>);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    set->Add({.name = kAll[i].name, .help = kAll[i].help, .kind = kAll[i].kind, .labels = {}, .value = &values_[i]});
  }
}

void ReactMetrics::Update(const Reactor& reactor) {
  const ReactorCounts& counts = reactor.counts();
  std::size_t next = 0;
  for (std::uint64_t value : {counts.triggers, counts.loops, counts.given_up, counts.begun, counts.done, counts.undone,
                              counts.stuck, counts.dead_letters, counts.actions, reactor.hurried(),
                              std::uint64_t{reactor.runs()}, std::uint64_t{reactor.waiting()}}) {
    values_[next++].store(value, std::memory_order_relaxed);
  }
}

}  // namespace vexevt
