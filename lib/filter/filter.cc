#include "lib/filter/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/rules/compile.h"

namespace vexevt {
namespace {

Status RefuseRouting(const RulesFile& rules) {
  for (const Rule& rule : rules.rules) {
    if (!rule.to.empty()) {
      return ErrorAt(rules.document, rule.to.front().at, "'to' sends events somewhere: that is for vexevt-route");
    }
    if (!rule.set.empty() || rule.boost) {
      return ErrorAt(rules.document, rule.at,
                     fmt::format("rule '{}': 'set' and 'boost' are for vexevt-route", rule.name));
    }
  }
  if (rules.match_at)
    return ErrorAt(rules.document, *rules.match_at,
                   "'match' is for vexevt-route: here the first rule that holds decides");
  if (!rules.otherwise.empty()) {
    return ErrorAt(rules.document, rules.otherwise.front().at,
                   "'otherwise' is for vexevt-route: say default = \"keep\" or \"drop\"");
  }
  if (!rules.endpoints.empty()) {
    return ErrorAt(rules.document, rules.endpoints.front().at, "endpoints are for vexevt-route");
  }
  return Status::Ok();
}

}  // namespace

void Filter::Add(const Rule& rule, std::optional<Expression> when) {
  FilterRule& compiled = rules_.emplace_back();
  compiled.name = rule.name;
  compiled.when = std::move(when);
  compiled.drop = rule.drop;
  compiled.admission = Admission(rule);
  compiled.delay_ns = rule.delay_ns;
  compiled.redact = rule.redact;
  if (rule.sample && rule.sample->mark) compiled.mark = rule.sample->rate;
}

Filter Filter::Of(const Rule& rule, Expression when) {
  Filter filter;
  filter.Add(rule, std::move(when));
  return filter;
}

const FilterRule* Filter::FindRule(const EventView& event) const {
  auto holds = [&](const FilterRule& rule) { return !rule.when || rule.when->Matches(event); };
  auto found = std::ranges::find_if(rules_, holds);
  return found == rules_.end() ? nullptr : &*found;
}

std::vector<RuleTally> Filter::Tally() const {
  std::vector<RuleTally> tally;
  for (const FilterRule& rule : rules_)
    tally.push_back({rule.name, rule.when ? &*rule.when : nullptr, rule.held, rule.held});
  return tally;
}

Result<Filter> CompileFilter(const RulesFile& rules) {
  VEXEVT_TRY(RefuseRouting(rules));
  VEXEVT_ASSIGN(NamedLists lists, LoadLists(rules.document, rules.lists));
  Filter filter;
  filter.keep_by_default_ = rules.keep_by_default;
  for (const Rule& rule : rules.rules) {
    std::optional<Expression> when;
    if (!rule.when.text.empty()) {
      VEXEVT_ASSIGN(when, CompileWhen(rules, rule.when, lists));
    }
    filter.Add(rule, std::move(when));
  }
  return filter;
}

}  // namespace vexevt
