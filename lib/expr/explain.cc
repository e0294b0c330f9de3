#include <fmt/format.h>

#include <string>
#include <unordered_map>

#include "lib/event/column.h"
#include "lib/expr/compiled.h"
#include "lib/expr/parser.h"

namespace vexevt {
namespace {

struct Explainer {
  std::unordered_map<const Test*, const Op*> ops;
  const EventView& event;

  // Appends what stands at and below the predicate, and says whether it holds. Lines of children are made first, as
  // their outcome stands on the parent's line.
  bool Add(const Predicate& predicate, std::size_t indent, std::string* out) const {
    bool holds = false;
    std::string line, below;
    switch (predicate.kind) {
      case NodeKind::kComparison:
        holds = HoldsAlone(predicate.test);
        line = fmt::format("{}    ({})", PrintComparison(*predicate.test.source), ValueOf(predicate.test));
        break;
      case NodeKind::kNot:
        holds = !Add(predicate.children[0], indent + 1, &below);
        line = "not";
        break;
      case NodeKind::kAnd:
      case NodeKind::kOr: {
        bool all = predicate.kind == NodeKind::kAnd;
        holds = all;
        for (const Predicate& child : predicate.children) {
          bool child_holds = Add(child, indent + 1, &below);
          holds = all ? holds && child_holds : holds || child_holds;
        }
        line = all ? "all of" : "one of";
        break;
      }
    }
    *out += fmt::format("{}  {:{}}{}\n", holds ? "true " : "false", "", 2 * indent, line) + below;
    return holds;
  }

  bool HoldsAlone(const Test& test) const { return RunOp(*ops.at(&test), event) != test.negated; }

  std::string ValueOf(const Test& test) const {
    const std::string& name = test.source->field.text;
    bool clock = std::holds_alternative<ClockTest>(test.what);
    auto column = ParseColumn(clock ? "time" : name);
    std::string value = clock ? "time is " : fmt::format("{} is ", name);
    bool there = column.ok() && AppendValue(event, *column, ValueForm::kEscaped, &value);
    return there ? value : fmt::format("there is no {}", clock ? "time" : name);
  }
};

}  // namespace

std::string Expression::Explain(const EventView& event) const {
  std::string out;
  Explainer explainer{{}, event};
  for (const Op& op : compiled_->program.ops) explainer.ops.emplace(op.test, &op);
  explainer.Add(compiled_->predicate, 0, &out);
  return out;
}

}  // namespace vexevt
