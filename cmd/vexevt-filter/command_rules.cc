#include "cmd/vexevt-filter/command_rules.h"

#include <fmt/format.h>

#include "lib/filter/redact.h"
#include "lib/rules/compile.h"
#include "lib/rules/rules_file.h"

namespace vexevt {
namespace {

std::vector<std::string> ExpressionsOf(const FilterOptions& options) {
  if (!options.expressions.empty()) return options.expressions;
  return {options.expression};
}

std::vector<PlacedText> Unplaced(const std::vector<std::string>& texts) {
  std::vector<PlacedText> placed;
  for (const std::string& text : texts) placed.push_back({text, {}});
  return placed;
}

Status AddLists(const std::vector<std::string>& lists, RulesFile* rules) {
  for (const std::string& list : lists) {
    auto equals = list.find('=');
    if (equals == std::string::npos || equals == 0) {
      return InvalidArgument(fmt::format("--list: '{}' is not NAME=FILE", list));
    }
    rules->lists[list.substr(0, equals)] = NamedList{.at = {}, .values = {}, .file = {list.substr(equals + 1), {}}};
  }
  return Status::Ok();
}

bool Shapes(const FilterOptions& options) {
  const Rule& shape = options.shape;
  return shape.dedupe || shape.sample || shape.limit || shape.delay_ns > 0 || !shape.redact.empty() ||
         !options.by.empty() || options.mark_sample;
}

// The rule but for its condition.
Result<Rule> ShapedRule(const FilterOptions& options) {
  Rule rule = options.shape;
  rule.name = "expression";
  std::vector<PlacedText> by = Unplaced(options.by);
  if (!by.empty() && !rule.dedupe && !rule.sample && !rule.limit) {
    return InvalidArgument("--by wants --dedupe, --sample or --limit: what to do for each value of the fields");
  }
  if (rule.dedupe) {
    if (by.empty()) return InvalidArgument("--dedupe wants --by: the fields in which events are alike");
    rule.dedupe->by = by;
  }
  if (options.mark_sample && !rule.sample) return InvalidArgument("--mark-sample wants --sample");
  if (rule.sample) {
    rule.sample->by = by;
    rule.sample->mark = options.mark_sample;
  }
  if (rule.limit) rule.limit->by = by;
  return rule;
}

}  // namespace

Result<Filter> FilterOf(const FilterOptions& options, std::string_view redaction_key) {
  RulesFile rules;
  if (!options.rules.empty()) {
    if (!options.expressions.empty()) return InvalidArgument("-e and -f exclude each other");
    if (options.invert) return InvalidArgument("-v inverts an expression: with -f say action = \"drop\" in the rules");
    if (Shapes(options)) return InvalidArgument("with -f the rules say what is limited, sampled, delayed or redacted");
    VEXEVT_ASSIGN(rules, ReadRules(options.rules));
    VEXEVT_TRY(AddLists(options.lists, &rules));
    VEXEVT_TRY(CheckRedactionKey(rules.rules, redaction_key));
    return CompileFilter(rules);
  }
  if (options.expressions.empty() && options.expression.empty()) return InvalidArgument("an EXPRESSION is wanted");
  VEXEVT_ASSIGN(Rule rule, ShapedRule(options));
  VEXEVT_TRY(CheckRedactionKey({&rule, 1}, redaction_key));
  VEXEVT_TRY(AddLists(options.lists, &rules));
  VEXEVT_ASSIGN(NamedLists lists, LoadLists(rules.document, rules.lists));
  auto when = CompileAny(ExpressionsOf(options), options.invert, lists);
  if (!when.ok()) return InvalidArgument("expression:" + when.status().message());
  return Filter::Of(rule, std::move(*when));
}

std::vector<std::string> InputsOf(const FilterOptions& options) {
  std::vector<std::string> inputs = options.common.inputs;
  bool operand_is_file = !options.rules.empty() || !options.expressions.empty();
  if (operand_is_file && !options.expression.empty()) inputs.insert(inputs.begin(), options.expression);
  return inputs;
}

}  // namespace vexevt
