#include "cmd/vexevt-route/dry_run.h"

#include <fmt/format.h>

#include <algorithm>

namespace vexevt {

void SendNothing(RoutePlan* plan) {
  for (RouteEndpoint& endpoint : plan->endpoints) {
    for (Member& member : endpoint.rule.members) member.to.text = "/dev/null";
    std::ranges::fill(endpoint.targets, EndpointName{EndpointKind::kFile, "/dev/null"});
    endpoint.rule.on_full = OnFull::kBlock;
    endpoint.rule.spill = {};
  }
}

std::string DryRunTable(const Router& router) {
  std::size_t width = std::string_view("(nowhere)").size();
  for (const RouteRule& rule : router.plan().rules) width = std::max(width, rule.rule.name.size());
  for (const auto& endpoint : router.endpoints()) width = std::max(width, endpoint->definition().rule.name.size());
  std::string table = fmt::format("{:<{}}  {:>12}  {:>12}\n", "RULE", width, "HELD", "KEPT BACK");
  for (const RouteRule& rule : router.plan().rules) {
    table += fmt::format("{:<{}}  {:>12}  {:>12}\n", rule.rule.name, width, rule.held, rule.refused);
  }
  table += fmt::format("\n{:<{}}  {:>12}\n", "ENDPOINT", width, "EVENTS");
  for (const auto& endpoint : router.endpoints()) {
    table += fmt::format("{:<{}}  {:>12}\n", endpoint->definition().rule.name, width, endpoint->events());
  }
  const RouteCounts& counts = router.counts();
  if (counts.unrouted > 0) table += fmt::format("{:<{}}  {:>12}\n", "(nowhere)", width, counts.unrouted);
  return table;
}

}  // namespace vexevt
