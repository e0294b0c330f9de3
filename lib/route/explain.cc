#include "lib/route/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/rules/explain_rule.h"

namespace vexevt {
namespace {

std::string Names(const RoutePlan& plan, const std::vector<std::uint32_t>& endpoints) {
  std::string names;
  for (std::uint32_t number : endpoints) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", plan.endpoints[number].rule.name);
  }
  return names.empty() ? "nowhere" : names;
}

std::string Does(const RoutePlan& plan, const RouteRule& rule) {
  return rule.rule.drop ? "dropped" : "to " + Names(plan, rule.to) + Reservations(rule.admission);
}

}  // namespace

RouteDecision DecideRoute(const RoutePlan& plan, const EventView& event) {
  RouteDecision decision;
  auto add = [&](const std::vector<std::uint32_t>& endpoints) {
    for (std::uint32_t number : endpoints) {
      if (std::ranges::find(decision.endpoints, number) == decision.endpoints.end()) {
        decision.endpoints.push_back(number);
      }
    }
  };
  if (TellsOfStream(event.type())) {
    for (std::uint32_t number = 0; number < plan.endpoints.size(); ++number) decision.endpoints.push_back(number);
    return decision;
  }
  for (std::size_t index = plan.NextHolding(event, 0); index < plan.rules.size();
       index = plan.NextHolding(event, index + 1)) {
    decision.rules.push_back(index);
    add(plan.rules[index].to);
    if (plan.rules[index].rule.drop || !plan.all_matches) break;
  }
  if (decision.rules.empty()) add(plan.otherwise);
  return decision;
}

std::string ExplainRoute(const RoutePlan& plan, const EventView& event) {
  RouteDecision decision = DecideRoute(plan, event);
  std::string out;
  if (TellsOfStream(event.type())) {
    out += "it tells of the stream, so it goes to every endpoint\n";
  } else {
    bool decided = false;
    for (std::size_t index = 0; index < plan.rules.size() && !decided; ++index) {
      const RouteRule& rule = plan.rules[index];
      bool holds = std::ranges::find(decision.rules, index) != decision.rules.end();
      out += ExplainRule(rule.rule.name, rule.when ? &*rule.when : nullptr, event, Does(plan, rule));
      decided = holds && (rule.rule.drop || !plan.all_matches);
    }
    if (decision.rules.empty()) {
      out += plan.otherwise.empty() ? "no rule holds, and there is no 'otherwise'\n" : "no rule holds: otherwise\n";
    }
  }
  return out + fmt::format("goes to: {}\n", Names(plan, decision.endpoints));
}

}  // namespace vexevt
