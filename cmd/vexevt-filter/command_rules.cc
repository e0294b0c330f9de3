#include "cmd/vexevt-filter/command_rules.h"

#include <fmt/format.h>

#include "lib/rules/compile.h"

namespace vexevt {
namespace {

std::vector<std::string> ExpressionsOf(const FilterOptions& options) {
  if (!options.expressions.empty()) return options.expressions;
  return {options.expression};
}

// The expressions joined into one, each checked by itself so that an error's column is that of what was typed.
Result<std::string> JoinExpressions(const FilterOptions& options, const NamedLists& lists) {
  std::string joined;
  for (const std::string& text : ExpressionsOf(options)) {
    auto expression = CompileExpression(text, lists);
    if (!expression.ok()) return InvalidArgument("expression:" + expression.status().message());
    joined += (joined.empty() ? "(" : " or (") + text + ")";
  }
  return options.invert ? "not (" + joined + ")" : joined;
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
         !options.by.empty();
}

}  // namespace

Result<RulesFile> RulesOf(const FilterOptions& options) {
  if (!options.rules.empty()) {
    if (!options.expressions.empty()) return InvalidArgument("-e and -f exclude each other");
    if (options.invert) return InvalidArgument("-v inverts an expression: with -f say action = \"drop\" in the rules");
    if (Shapes(options)) return InvalidArgument("with -f the rules say what is limited, sampled, delayed or redacted");
    VEXEVT_ASSIGN(RulesFile rules, ReadRules(options.rules));
    VEXEVT_TRY(AddLists(options.lists, &rules));
    return rules;
  }
  if (options.expressions.empty() && options.expression.empty()) return InvalidArgument("an EXPRESSION is wanted");
  RulesFile rules;
  rules.document.file = "expression";
  VEXEVT_TRY(AddLists(options.lists, &rules));
  VEXEVT_ASSIGN(NamedLists lists, LoadLists(rules));
  Rule rule = options.shape;
  rule.name = "expression";
  VEXEVT_ASSIGN(rule.when.text, JoinExpressions(options, lists));
  std::vector<PlacedText> by = Unplaced(options.by);
  if (!by.empty() && !rule.dedupe && !rule.sample && !rule.limit) {
    return InvalidArgument("--by wants --dedupe, --sample or --limit: what to do for each value of the fields");
  }
  if (rule.dedupe) {
    if (by.empty()) return InvalidArgument("--dedupe wants --by: the fields in which events are alike");
    rule.dedupe->by = by;
  }
  if (rule.sample) rule.sample->by = by;
  if (rule.limit) rule.limit->by = by;
  rules.rules.push_back(std::move(rule));
  return rules;
}

std::vector<std::string> InputsOf(const FilterOptions& options) {
  std::vector<std::string> inputs = options.common.inputs;
  bool operand_is_file = !options.rules.empty() || !options.expressions.empty();
  if (operand_is_file && !options.expression.empty()) inputs.insert(inputs.begin(), options.expression);
  return inputs;
}

}  // namespace vexevt
