// RoutePlan: the rules of vexevt-route, compiled: what is decided about an event, endpoints by number. What the
// endpoints do is not its business.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/expr/expression.h"
#include "lib/route/decide.h"
#include "lib/rules/admission.h"
#include "lib/rules/rule_profile.h"
#include "lib/rules/rules_file.h"
#include "lib/stream/endpoint_name.h"

namespace vexevt {

struct RouteRule {
  Rule rule;
  std::optional<Expression> when;  // none: always
  Admission admission;
  std::vector<std::uint32_t> to;  // indices of RoutePlan::endpoints, each once
  bool edits = false;             // what goes out is not what came in

  std::uint64_t held = 0;     // events for which it held
  std::uint64_t refused = 0;  // of these, what dedupe, sample or limit kept back
};

struct RouteEndpoint {
  EndpointRule rule;
  std::vector<EndpointName> targets;  // of its members
};

struct RoutePlan {
  std::vector<RouteRule> rules;  // in the order in which they are tried
  bool all_matches = false;
  std::vector<std::uint32_t> otherwise;
  std::vector<RouteEndpoint> endpoints;

  std::optional<DecisionTable> table;      // over the rules that have a condition; none: they are too few to need it
  std::vector<std::uint32_t> conditional;  // their indices
  std::vector<std::uint32_t> next_always;  // from each index on: the first rule without a condition; rules.size(): none

  // The same as NextHolding, for an event whose `held` entries of the table are known; takes off those that are passed.
  std::size_t NextOf(std::span<const std::uint32_t>* held, std::size_t from) const {
    while (!held->empty() && conditional[held->front()] < from) *held = held->subspan(1);
    return held->empty() ? next_always[from] : std::min(conditional[held->front()], next_always[from]);
  }

  // The first rule from `from` on that holds; rules.size(): none. For single events.
  std::size_t NextHolding(const EventView& event, std::size_t from) const {
    while (from < rules.size() && rules[from].when && !rules[from].when->Matches(event)) ++from;
    return from;
  }

  std::vector<RuleTally> Tally() const;  // borrows from the rules

  // Counters of rules that are still named so, and what the unchanged ones remember of past events, go on here.
  void TakeOver(RoutePlan* old);
};

// Errors name the place in the file.
Result<RoutePlan> CompileRoutePlan(const RulesFile& rules);

}  // namespace vexevt
