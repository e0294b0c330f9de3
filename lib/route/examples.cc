#include "lib/route/examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lib/route/explain.h"
#include "lib/rules/given_event.h"
#include "lib/rules/table_reader.h"

namespace vexevt {
namespace {

Result<std::set<std::string>> WantedEndpoints(const RoutePlan& plan, const TableReader& table) {
  const DocumentNode* to = table.Find("to");
  if (!to) return table.Missing("to");
  std::set<std::string> wanted;
  const auto* list = std::get_if<List>(&to->value);
  if (!list) return table.ErrorOf(*to, "'to' wants a list of endpoints, [] for nowhere");
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

// Empty: as wanted.
Result<std::string> TestCase(const RoutePlan& plan, const TableReader& table) {
  VEXEVT_TRY(table.OnlyKeys({"name", "event", "to"}));
  VEXEVT_ASSIGN(auto event_text, table.Text("event"));
  if (!event_text) return table.Missing("event");
  auto frame = FrameOfJson(event_text->text);
  if (!frame.ok()) return ErrorAt(table.document(), event_text->at, frame.status().message());
  VEXEVT_ASSIGN(std::set<std::string> wanted, WantedEndpoints(plan, table));
  EventView event;
  if (!EventView::Bind(*frame, &event)) return ErrorAt(table.document(), event_text->at, "not an event");
  RouteDecision decision = DecideRoute(plan, event);
  std::set<std::string> got;
  for (std::uint32_t number : decision.endpoints) got.insert(plan.endpoints[number].rule.name);
  if (got == wanted) return std::string();
  std::string rules;
  for (std::size_t index : decision.rules) {
    rules += fmt::format("{}'{}'", rules.empty() ? " by rule " : ", ", plan.rules[index].rule.name);
  }
  return fmt::format("goes to {}{}, not to {}", Text(got), rules, Text(wanted));
}

}  // namespace

Result<ExamplesOutcome> TestExamples(const RoutePlan& plan, std::string text, std::string file) {
  VEXEVT_ASSIGN(Document document, ParseDocument(std::move(text), std::move(file)));
  TableReader root(document, document.root, "the file");
  VEXEVT_TRY(root.OnlyKeys({"case"}));
  const DocumentNode* cases = root.Find("case");
  if (!cases) return root.Missing("case");
  const auto* list = std::get_if<List>(&cases->value);
  if (!list) return root.ErrorOf(*cases, "write [[case]], once for each");
  ExamplesOutcome outcome;
  for (const DocumentNode& node : *list) {
    ++outcome.cases;
    VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "case"));
    VEXEVT_ASSIGN(auto name, table.Text("name"));
    VEXEVT_ASSIGN(std::string failure, TestCase(plan, table));
    if (failure.empty()) continue;
    std::string title = name ? fmt::format("'{}'", name->text) : fmt::format("{}", outcome.cases);
    outcome.failures.push_back(ErrorAt(document, node.at, fmt::format("case {}: {}", title, failure)).message());
  }
  return outcome;
}

}  // namespace vexevt
