// What a plan would do with one event, for people and for tests of rules. Decided by the rules alone: what dedupe,
// sample and limit keep back depends on other events, and is left aside. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/route/route_plan.h"

namespace vexevt {

struct RouteDecision {
  std::vector<std::size_t> rules;        // that hold and had a say, in their order
  std::vector<std::uint32_t> endpoints;  // that would get the event
};

RouteDecision DecideRoute(const RoutePlan& plan, const EventView& event);

// Each rule that was looked at, whether it holds and why, and where the event would go. Lines.
std::string ExplainRoute(const RoutePlan& plan, const EventView& event);

}  // namespace vexevt
