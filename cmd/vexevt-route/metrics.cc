#include "cmd/vexevt-route/metrics.h"

#include <string_view>
#include <utility>

namespace vexevt {
namespace {

// By Urgency.
constexpr std::string_view kPriorities[] = {"background", "low", "normal", "high", "critical"};
static_assert(std::size(kPriorities) == Backlog::kUrgencies);

}  // namespace

void RouteMetrics::Remove() {
  if (set_ == nullptr) return;
  for (const Counter& value : values_) set_->Remove(&value);
  values_.clear();
}

void RouteMetrics::Add(std::string name, std::string help, MetricKind kind, Labels labels) {
  set_->Add({std::move(name), std::move(help), kind, std::move(labels), &values_.emplace_back(0)});
}

void RouteMetrics::Describe(const Router& router, MetricSet* set) {
  Remove();
  set_ = set;
  Add("vexevt_route_unrouted_total", "events for which no rule named an endpoint", MetricKind::kCounter, {});
  for (const RouteRule& rule : router.plan().rules) {
    const Labels labels = {{"rule", rule.rule.name}};
    Add("vexevt_rule_held_total", "events for which the rule held", MetricKind::kCounter, labels);
    Add("vexevt_rule_refused_total", "of these, what dedupe, sample or limit kept back", MetricKind::kCounter, labels);
  }
  for (const auto& endpoint : router.endpoints()) {
    const Labels labels = {{"endpoint", endpoint->definition().rule.name}};
    Add("vexevt_endpoint_events_total", "events sent to the endpoint", MetricKind::kCounter, labels);
    for (std::string_view priority : kPriorities) {
      Labels both = labels;
      both.emplace_back("priority", priority);
      Add("vexevt_endpoint_dropped_total", "events dropped as its queue was full", MetricKind::kCounter, both);
    }
    Add("vexevt_endpoint_dead_letters_total", "events that it gave up", MetricKind::kCounter, labels);
    Add("vexevt_endpoint_failures_total", "attempts that failed and connections that broke", MetricKind::kCounter,
        labels);
    Add("vexevt_endpoint_queued_bytes", "bytes that wait in memory", MetricKind::kGauge, labels);
    Add("vexevt_endpoint_spilled_bytes", "bytes that wait on disk", MetricKind::kGauge, labels);
    Add("vexevt_endpoint_members_up", "members that take events", MetricKind::kGauge, labels);
  }
  Update(router);
}

void RouteMetrics::Update(const Router& router) {
  if (set_ == nullptr) return;
  auto value = values_.begin();
  auto set = [&](std::uint64_t number) { (value++)->store(number, std::memory_order_relaxed); };
  set(router.counts().unrouted);
  for (const RouteRule& rule : router.plan().rules) {
    set(rule.held);
    set(rule.refused);
  }
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
    set(endpoint->events());
    for (std::uint64_t of_priority : dropped) set(of_priority);
    set(dead);
    set(failures);
    set(queued);
    set(spilled);
    set(up);
  }
}

}  // namespace vexevt
