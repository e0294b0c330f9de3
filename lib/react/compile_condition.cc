#include "lib/react/compile_condition.h"

#include <vector>

#include "lib/rules/compile.h"

namespace vexevt {

Result<StateCondition> CompileCondition(const WorkflowsFile& file, const PlacedText& text, const NamedLists& lists) {
  std::vector<MachineStates> machines;
  for (const StateMachine& machine : file.machines) machines.push_back({machine.name, machine.states});
  auto condition = StateCondition::Compile(text.text, machines, lists);
  if (condition.ok()) return condition;
  return ErrorInExpression(file.document, text, condition.status());
}

}  // namespace vexevt
