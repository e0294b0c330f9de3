// The expressions of a workflows file, which may ask for the states of its machines.
#pragma once

#include "lib/expr/state_condition.h"
#include "lib/react/workflows_file.h"

namespace vexevt {

// `text` stands in `file`, and a failure is told at its place there. The states are those of file.machines, in their
// order.
Result<StateCondition> CompileCondition(const WorkflowsFile& file, const PlacedText& text, const NamedLists& lists);

}  // namespace vexevt
