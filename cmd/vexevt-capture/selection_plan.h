// What a capture is to deliver, split into what a source can check itself and what is left to an expression.
#pragma once

#include <optional>
#include <string>

#include "cmd/vexevt-capture/options.h"
#include "lib/capture/selection.h"
#include "lib/expr/expression.h"

namespace vexevt {

struct SelectionPlan {
  Selection selection;
  bool live = false;                // what happens is watched, not read or made up
  std::optional<Expression> types;  // what --types names: a live source delivers no other type of fs
  std::optional<Expression> left;   // to be evaluated on each event; nullopt: nothing is left
};

// --types, --where, PATH… and --paths-from. The paths are looked up, and lists of them read.
Result<SelectionPlan> PlanSelection(const CaptureOptions& options);

// For --explain: lines for people. `source` is the source's name.
std::string ExplainPlan(const SelectionPlan& plan, std::string_view source);

}  // namespace vexevt
