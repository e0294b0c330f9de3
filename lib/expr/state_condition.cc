#include "lib/expr/state_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/base/nearest_name.h"
#include "lib/event/field.h"
#include "lib/expr/ast.h"
#include "lib/expr/check.h"
#include "lib/expr/compiled.h"
#include "lib/expr/lexer.h"
#include "lib/expr/parser.h"
#include "lib/expr/split.h"

namespace vexevt {

struct StateCondition::Asked {
  NodeKind kind = NodeKind::kComparison;
  // A comparison: whether machine is in one of the states, or a whole expression about the event alone.
  std::optional<Expression> alone;
  std::size_t machine = 0;
  std::vector<std::uint32_t> states;
  bool negated = false;
  std::vector<Asked> children;
};

namespace {

using Asked = StateCondition::Asked;

constexpr std::string_view kStatePrefix = "state.";

bool AsksState(const ExprNode& node) {
  if (node.kind == NodeKind::kComparison) return node.comparison.field.text.starts_with(kStatePrefix);
  return std::ranges::any_of(node.children, AsksState);
}

Result<Asked> CompileState(const Comparison& comparison, std::span<const MachineStates> machines) {
  const std::string_view name = std::string_view(comparison.field.text).substr(kStatePrefix.size());
  const auto machine = std::ranges::find(machines, name, &MachineStates::name);
  if (machine == machines.end()) {
    std::vector<std::string_view> names;
    for (const MachineStates& known : machines) names.push_back(known.name);
    return ErrorAt(comparison.field.column, fmt::format("unknown machine '{}'{}", name, NearestHint(name, names)));
  }
  const bool compares = comparison.op == Operator::kEqual || comparison.op == Operator::kIn || IsNegated(comparison.op);
  if (!compares) {
    return ErrorAt(comparison.op_column,
                   fmt::format("'{}' is a state, which goes with '=', '!=', 'in' and 'not in'", comparison.field.text));
  }
  if (!comparison.zone.text.empty()) {
    return ErrorAt(comparison.zone.column, "'zone' belongs to 'timeofday' and 'weekday'");
  }
  Asked asked;
  asked.machine = static_cast<std::size_t>(machine - machines.begin());
  asked.negated = IsNegated(comparison.op);
  for (const Word& word : comparison.values) {
    const auto state = std::ranges::find(machine->states, word.text);
    if (word.named_list || state == machine->states.end()) {
      const std::vector<std::string_view> names(machine->states.begin(), machine->states.end());
      return ErrorAt(word.column, fmt::format("machine '{}' has no state '{}{}'{}", name, word.named_list ? "$" : "",
                                              word.text, NearestHint(word.text, names)));
    }
    asked.states.push_back(static_cast<std::uint32_t>(state - machine->states.begin()));
  }
  return asked;
}

Result<Asked> CompileAsked(ExprNode node, std::span<const MachineStates> machines, const NamedLists& lists) {
  Asked asked;
  if (!AsksState(node)) {
    VEXEVT_ASSIGN(asked.alone, CompileSyntax(std::move(node), lists));
    return asked;
  }
  if (node.kind == NodeKind::kComparison) return CompileState(node.comparison, machines);
  asked.kind = node.kind;
  for (ExprNode& child : node.children) {
    VEXEVT_ASSIGN(Asked compiled, CompileAsked(std::move(child), machines, lists));
    asked.children.push_back(std::move(compiled));
  }
  return asked;
}

bool HoldsAsked(const Asked& asked, const EventView& event, std::span<const std::uint32_t> states) {
  const auto holds = [&](const Asked& child) { return HoldsAsked(child, event, states); };
  switch (asked.kind) {
    case NodeKind::kNot:
      return !holds(asked.children[0]);
    case NodeKind::kAnd:
      return std::ranges::all_of(asked.children, holds);
    case NodeKind::kOr:
      return std::ranges::any_of(asked.children, holds);
    case NodeKind::kComparison:
      break;
  }
  if (asked.alone) return asked.alone->Matches(event);
  const bool in_one = std::ranges::find(asked.states, states[asked.machine]) != asked.states.end();
  return in_one != asked.negated;
}

}  // namespace

Result<StateCondition> StateCondition::Compile(std::string_view text, std::span<const MachineStates> machines,
                                               const NamedLists& lists) {
  VEXEVT_ASSIGN(ExprNode syntax, ParseExpression(text));
  SplitSyntax split = SplitConjunction(std::move(syntax), AsksState);
  StateCondition condition;
  if (split.alone) {
    VEXEVT_ASSIGN(condition.alone_, CompileSyntax(std::move(*split.alone), lists));
  }
  if (split.rest) {
    VEXEVT_ASSIGN(Asked asked, CompileAsked(std::move(*split.rest), machines, lists));
    condition.asked_ = std::make_shared<const Asked>(std::move(asked));
  }
  return condition;
}

bool StateCondition::Holds(const EventView& event, std::span<const std::uint32_t> states) const {
  return HoldsAsked(*asked_, event, states);
}

}  // namespace vexevt
