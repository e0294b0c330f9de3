#include "lib/rules/lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/expr/named_lists.h"

namespace vexevt {
namespace {

// The rule that leaves nothing for `rule`; nullptr: there is none.
const Rule* RuleInTheWay(const RulesFile& rules, const Rule& rule) {
  for (const Rule& before : rules.rules) {
    if (&before == &rule) return nullptr;
    const bool stops = !rules.all_matches || before.drop;
    if (stops && (before.when.text.empty() || before.when.text == rule.when.text)) return &before;
  }
  return nullptr;
}

bool Names(std::string_view expression, std::string_view list) {
  for (std::size_t at = 0; (at = expression.find('$', at)) != std::string_view::npos; ++at) {
    std::string_view name = expression.substr(at + 1);
    if (name.starts_with(list) && (name.size() == list.size() || !IsListName(name.substr(list.size(), 1)))) return true;
  }
  return false;
}

bool IsAmong(const std::vector<PlacedText>& names, std::string_view name) {
  return std::ranges::find(names, name, &PlacedText::text) != names.end();
}

}  // namespace

std::vector<std::string> Lint(const RulesFile& rules) {
  std::vector<std::string> warnings;
  auto warn = [&](Position at, std::string_view what) {
    warnings.push_back(ErrorAt(rules.document, at, what).message());
  };
  for (const Rule& rule : rules.rules) {
    const Rule* before = RuleInTheWay(rules, rule);
    if (before == nullptr) continue;
    warn(rule.at, fmt::format("rule '{}' is never reached: rule '{}' {}", rule.name, before->name,
                              before->when.text.empty() ? "always holds" : "has the same 'when'"));
  }
  for (const EndpointRule& endpoint : rules.endpoints) {
    const bool named =
        IsAmong(rules.otherwise, endpoint.name) ||
        std::ranges::any_of(rules.rules, [&](const Rule& rule) { return IsAmong(rule.to, endpoint.name); }) ||
        std::ranges::any_of(rules.endpoints,
                            [&](const EndpointRule& other) { return other.dead_letter.text == endpoint.name; });
    if (!named) warn(endpoint.at, fmt::format("nothing is sent to endpoint '{}'", endpoint.name));
  }
  for (const auto& [name, list] : rules.lists) {
    const bool named = std::ranges::any_of(
        rules.rules, [&list_name = name](const Rule& rule) { return Names(rule.when.text, list_name); });
    if (!named && list.at) warn(*list.at, fmt::format("no rule asks for list '{}'", name));
  }
  return warnings;
}

}  // namespace vexevt
