#include "cmd/vexevt-route/metrics.h"

#include <string_view>
#include <utility>

namespace vexevt {
namespace {

// By Urgency.
constexpr std::string_view kPriorities[] = {"background", "low", "normal", "high", "critical"};
static_assert(std::size(kPriorities) == Backlog::kUrgencies);

struct Kind {
  std::string_view name, help;
  MetricKind kind = MetricKind::kCounter;
};

constexpr Kind kUnrouted = {"vexevt_route_unrouted_total", "events for which no rule named an endpoint"};
constexpr Kind kDropped = {"vexevt_endpoint_dropped_total", "events dropped as its queue was full"};
// In the order of Update.
constexpr Kind kOfEndpoint[] = {
    {"vexevt_endpoint_events_total", "events sent to the endpoint"},
    {"vexevt_endpoint_dead_letters_total", "events that it gave up"},
    {"vexevt_endpoint_failures_total", "attempts that failed and connections that broke"},
    {"vexevt_endpoint_queued_bytes", "bytes that wait in memory", MetricKind::kGauge},
    {"vexevt_endpoint_spilled_bytes", "bytes that wait on disk", MetricKind::kGauge},
    {"vexevt_endpoint_members_up", "members that take events", MetricKind::kGauge},
};

}  // namespace

void RouteMetrics::Describe(const Router& router, const RuleProfile* profile, MetricSet* set) {
  profile_ = profile;
  std::vector<std::string_view> names;
  for (const RouteRule& rule : router.plan().rules) names.push_back(rule.rule.name);
  rules_.Describe(names, profile_ != nullptr, set);
  set->Remove(values_);
  values_ = std::vector<Counter>(1 + router.endpoints().size() * (std::size(kPriorities) + std::size(kOfEndpoint)));
  auto value = values_.begin();
  auto add = [&](const Kind& kind, std::vector<std::pair<std::string, std::string>> labels) {
    set->Add({std::string(kind.name), std::string(kind.help), kind.kind, std::move(labels), &*value++});
  };
  add(kUnrouted, {});
  for (const auto& endpoint : router.endpoints()) {
    const std::pair<std::string, std::string> name = {"endpoint", endpoint->definition().rule.name};
    for (std::string_view priority : kPriorities) add(kDropped, {name, {"priority", std::string(priority)}});
    for (const Kind& kind : kOfEndpoint) add(kind, {name});
  }
  Update(router);
}

void RouteMetrics::Update(const Router& router) {
  if (values_.empty()) return;
  const std::vector<RouteRule>& rules = router.plan().rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules_.Update(i, {rules[i].held, rules[i].refused, rules[i].admission.evicted()});
  }
  if (profile_ != nullptr) {
    const std::vector<RuleProfile::Cost> costs = profile_->Costs(router.plan().Tally());
    for (std::size_t i = 0; i < costs.size(); ++i) rules_.UpdateCost(i, costs[i].looked_at, costs[i].ns);
  }
  auto value = values_.begin();
  auto set = [&](std::uint64_t number) { (value++)->store(number, std::memory_order_relaxed); };
  set(router.counts().unrouted);
  for (const auto& endpoint : router.endpoints()) {
    Backlog::Counts dropped{};
    std::uint64_t dead = 0, failures = 0, queued = 0, spilled = 0, up = 0;
    for (const auto& port : endpoint->ports()) {
      for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] += port->dropped()[i];
      dead += port->counters().dead;
      failures += port->counters().failures;
      queued += port->queued_bytes();
      spilled += port->spilled_bytes();
      up += port->up();
    }
    for (std::uint64_t number : dropped) set(number);
    for (std::uint64_t number : {endpoint->events(), dead, failures, queued, spilled, up}) set(number);
  }
}

}  // namespace vexevt
