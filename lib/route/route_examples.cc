#include "lib/route/route_examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lib/route/explain.h"

namespace vexevt {
namespace {

Result<std::set<std::string>> WantedEndpoints(const RoutePlan& plan, const TableReader& table) {
  const DocumentNode& to = *table.Find("to");
  std::set<std::string> wanted;
  const auto* list = std::get_if<List>(&to.value);
  if (!list) return table.ErrorOf(to, "'to' wants a list of endpoints, [] for nowhere");
  for (const DocumentNode& node : *list) {
    const auto* name = std::get_if<std::string>(&node.value);
    auto named = [&](const RouteEndpoint& endpoint) { return name != nullptr && endpoint.rule.name == *name; };
    if (std::ranges::none_of(plan.endpoints, named)) {
      return table.ErrorOf(node, fmt::format("no endpoint is named '{}'", name != nullptr ? *name : ""));
    }
    wanted.insert(*name);
  }
  return wanted;
}

std::string Text(const std::set<std::string>& names) {
  return names.empty() ? "nowhere" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<ExamplesOutcome> TestRoutes(const RoutePlan& plan, const std::string& file) {
  return TestExamples(file, "to", [&](const TableReader& table, const EventView& event) -> Result<std::string> {
    VEXEVT_ASSIGN(std::set<std::string> wanted, WantedEndpoints(plan, table));
    RouteDecision decision = DecideRoute(plan, event);
    std::set<std::string> got;
    for (std::uint32_t number : decision.endpoints) got.insert(plan.endpoints[number].rule.name);
    if (got == wanted) return std::string();
    std::string rules;
    for (std::size_t index : decision.rules) {
      rules += fmt::format("{}'{}'", rules.empty() ? " by rule " : ", ", plan.rules[index].rule.name);
    }
    return fmt::format("goes to {}{}, not to {}", Text(got), rules, Text(wanted));
  });
}

}  // namespace vexevt
