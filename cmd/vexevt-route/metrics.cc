#include "cmd/vexevt-route/metrics.h"

#include <utility>

namespace vexevt {

void RouteMetrics::Remove() {
  if (set_ == nullptr) return;
  for (const Counter& value : values_) set_->Remove(&value);
  values_.clear();
}

Counter& RouteMetrics::Add(std::string name, std::string help, MetricKind kind, std::string label, std::string value) {
  Counter& counter = values_.emplace_back(0);
  Metric metric{std::move(name), std::move(help), kind, {}, &counter};
  if (!label.empty()) metric.labels.emplace_back(std::move(label), std::move(value));
  set_->Add(std::move(metric));
  return counter;
}

void RouteMetrics::Describe(const Router& router, MetricSet* set) {
  Remove();
  set_ = set;
  Add("vexevt_route_unrouted_total", "events for which no rule named an endpoint", MetricKind::kCounter, "", "");
  for (const RouteRule& rule : router.plan().rules) {
    Add("vexevt_rule_held_total", "events for which the rule held", MetricKind::kCounter, "rule", rule.rule.name);
    Add("vexevt_rule_refused_total", "of these, what dedupe, sample or limit kept back", MetricKind::kCounter, "rule",
        rule.rule.name);
  }
  for (const auto& endpoint : router.endpoints()) {
    const std::string& name = endpoint->definition().rule.name;
    Add("vexevt_endpoint_events_total", "events sent to the endpoint", MetricKind::kCounter, "endpoint", name);
    Add("vexevt_endpoint_dropped_total", "events dropped as its queue was full", MetricKind::kCounter, "endpoint",
        name);
    Add("vexevt_endpoint_failures_total", "attempts that failed and connections that broke", MetricKind::kCounter,
        "endpoint", name);
    Add("vexevt_endpoint_queued_bytes", "bytes that wait in memory", MetricKind::kGauge, "endpoint", name);
    Add("vexevt_endpoint_spilled_bytes", "bytes that wait on disk", MetricKind::kGauge, "endpoint", name);
    Add("vexevt_endpoint_members_up", "members that take events", MetricKind::kGauge, "endpoint", name);
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
    PortCounters counters;
    std::uint64_t queued = 0, spilled = 0, up = 0;
    for (const auto& port : endpoint->ports()) {
      counters.dropped += port->counters().dropped;
      counters.failures += port->counters().failures;
      queued += port->queued_bytes();
      spilled += port->spilled_bytes();
      up += port->up();
    }
    set(endpoint->events());
    set(counters.dropped);
    set(counters.failures);
    set(queued);
    set(spilled);
    set(up);
  }
}

}  // namespace vexevt
