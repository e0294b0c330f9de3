#include "lib/route/route_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "lib/base/nearest_name.h"
#include "lib/event/field.h"
#include "lib/rules/compile.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

// So many are cheaper one after another: 37 ns an event for one rule on types, where the table takes 60.
constexpr std::size_t kFewRules = 4;

Status CheckReferences(const RulesFile& rules) {
  std::vector<std::string_view> names;
  for (const EndpointRule& endpoint : rules.endpoints) {
    if (std::ranges::find(names, endpoint.name) != names.end()) {
      return ErrorAt(rules.document, endpoint.at, fmt::format("endpoint '{}' is named twice", endpoint.name));
    }
    names.push_back(endpoint.name);
  }
  auto check = [&](std::span<const PlacedText> references) -> Status {
    for (const PlacedText& reference : references) {
      if (std::ranges::find(names, reference.text) != names.end()) continue;
      return ErrorAt(rules.document, reference.at,
                     fmt::format("no endpoint is named '{}'{}", reference.text, NearestHint(reference.text, names)));
    }
    return Status::Ok();
  };
  for (const Rule& rule : rules.rules) VEXEVT_TRY(check(rule.to));
  for (const EndpointRule& endpoint : rules.endpoints) {
    const PlacedText& letters = endpoint.dead_letter;
    if (letters.text.empty()) continue;
    VEXEVT_TRY(check({&letters, 1}));
    // So they can't go round.
    if (!std::ranges::find(rules.endpoints, letters.text, &EndpointRule::name)->dead_letter.text.empty()) {
      return ErrorAt(rules.document, letters.at, fmt::format("'{}' has a dead_letter of its own", letters.text));
    }
  }
  return check(rules.otherwise);
}

std::vector<std::uint32_t> Numbers(const RulesFile& rules, const std::vector<PlacedText>& names) {
  std::vector<std::uint32_t> numbers;
  for (const PlacedText& name : names) {
    auto endpoint = std::ranges::find(rules.endpoints, name.text, &EndpointRule::name);
    auto number = static_cast<std::uint32_t>(endpoint - rules.endpoints.begin());
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
  }
  return numbers;
}

Status CheckRule(const RulesFile& rules, const Rule& rule) {
  auto wrong = [&](std::string_view what) {
    return ErrorAt(rules.document, rule.at, fmt::format("rule '{}' {}", rule.name, what));
  };
  if (!rule.drop && rule.to.empty()) return wrong("sends nothing anywhere: give it 'to', or action = \"drop\"");
  if (rule.drop && !rule.to.empty()) return wrong("drops what it sends: 'to' and action = \"drop\" exclude each other");
  if (rule.delay_ns > 0) return wrong("delays: that is for vexevt-filter");
  if (!rule.redact.empty()) return wrong("redacts: that is for vexevt-filter");
  return {};
}

Result<RouteEndpoint> CompileEndpoint(const RulesFile& rules, const EndpointRule& endpoint) {
  RouteEndpoint compiled{endpoint, {}};
  for (const Member& member : endpoint.members) {
    auto target = ParseEndpoint(member.to.text);
    if (!target.ok()) return ErrorAt(rules.document, member.to.at, target.status().message());
    // What is queued is written, and written again, from where one event begins: compressed bytes have no such place.
    if (target->kind == EndpointKind::kFile && IsCompressedName(target->rest)) {
      return ErrorAt(
          rules.document, member.to.at,
          fmt::format("'{0}': no compressed file is written here; \"exec:zstd -q >> {0}\" does it", member.to.text));
    }
    compiled.targets.push_back(std::move(*target));
  }
  return compiled;
}

Status CompileTable(RoutePlan* plan) {
  std::vector<const Expression*> expressions;
  auto count = static_cast<std::uint32_t>(plan->rules.size());
  plan->next_always.assign(count + 1, count);
  for (std::uint32_t i = count; i-- > 0;) plan->next_always[i] = plan->rules[i].when ? plan->next_always[i + 1] : i;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!plan->rules[i].when) continue;
    plan->conditional.push_back(i);
    expressions.push_back(&*plan->rules[i].when);
  }
  if (expressions.size() <= kFewRules) return {};
  VEXEVT_ASSIGN(plan->table, DecisionTable::Build(expressions));
  return {};
}

bool SameFields(const std::vector<PlacedText>& a, const std::vector<PlacedText>& b) {
  return std::ranges::equal(a, b, {}, &PlacedText::text, &PlacedText::text);
}

bool SameAdmission(const Rule& a, const Rule& b) {
  if (a.name != b.name || a.when.text != b.when.text) return false;
  if (a.dedupe.has_value() != b.dedupe.has_value() || a.limit.has_value() != b.limit.has_value()) return false;
  auto same_dedupe = [&] {
    return a.dedupe->window_ns == b.dedupe->window_ns && a.dedupe->keys == b.dedupe->keys &&
           SameFields(a.dedupe->by, b.dedupe->by);
  };
  auto same_limit = [&] {
    return a.limit->rate == b.limit->rate && a.limit->burst == b.limit->burst && a.limit->keys == b.limit->keys &&
           SameFields(a.limit->by, b.limit->by);
  };
  return (!a.dedupe || same_dedupe()) && (!a.limit || same_limit());
}

}  // namespace

Result<RoutePlan> CompileRoutePlan(const RulesFile& rules) {
  if (rules.default_at) {
    return ErrorAt(rules.document, *rules.default_at, "'default' is for vexevt-filter: name endpoints in 'otherwise'");
  }
  VEXEVT_TRY(CheckReferences(rules));
  VEXEVT_ASSIGN(NamedLists lists, LoadLists(rules.document, rules.lists));
  RoutePlan plan;
  plan.all_matches = rules.all_matches;
  plan.otherwise = Numbers(rules, rules.otherwise);
  for (const EndpointRule& endpoint : rules.endpoints) {
    VEXEVT_ASSIGN(RouteEndpoint compiled, CompileEndpoint(rules, endpoint));
    plan.endpoints.push_back(std::move(compiled));
  }
  for (const Rule& rule : rules.rules) {
    VEXEVT_TRY(CheckRule(rules, rule));
    RouteRule& compiled = plan.rules.emplace_back();
    compiled.rule = rule;
    if (!rule.when.text.empty()) {
      VEXEVT_ASSIGN(compiled.when, CompileWhen(rules, rule.when, lists));
    }
    compiled.admission = Admission(rule);
    compiled.to = Numbers(rules, rule.to);
    compiled.edits = !rule.set.empty() || rule.boost || (rule.sample && rule.sample->mark);
  }
  VEXEVT_TRY(CompileTable(&plan));
  return plan;
}

std::vector<RuleTally> RoutePlan::Tally() const {
  std::vector<RuleTally> tally;
  for (const RouteRule& rule : rules) {
    const std::uint64_t stopped = !all_matches || rule.rule.drop ? rule.held : rule.refused;
    tally.push_back({rule.rule.name, rule.when ? &*rule.when : nullptr, rule.held, stopped});
  }
  return tally;
}

void RoutePlan::TakeOver(RoutePlan* old) {
  for (RouteRule& rule : rules) {
    auto before = std::ranges::find(old->rules, rule.rule.name, [](const RouteRule& r) { return r.rule.name; });
    if (before == old->rules.end()) continue;
    rule.held = before->held;
    rule.refused = before->refused;
    if (!SameAdmission(rule.rule, before->rule)) continue;
    rule.admission.dedupe = std::move(before->admission.dedupe);
    rule.admission.limit = std::move(before->admission.limit);
  }
}

}  // namespace vexevt
