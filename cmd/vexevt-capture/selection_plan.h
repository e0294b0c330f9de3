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
  std::optional<Expression> left;  // to be evaluated on each event; nullopt: nothing is left
};

// --types, --where and PATH….
Result<SelectionPlan> PlanSelection(const CaptureOptions& options);

// For --explain: lines for people. `backend` is the source's name.
std::string ExplainPlan(const SelectionPlan& plan, std::string_view backend);

}  // namespace vexevt
