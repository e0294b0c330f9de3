#include "lib/react/definition.h"

#include <algorithm>
#include <utility>

#include "lib/rules/compile.h"

namespace vexevt {

Result<Definition> CompileDefinition(WorkflowsFile file) {
  Definition definition;
  VEXEVT_ASSIGN(definition.lists, LoadLists(file.document, file.lists));
  VEXEVT_ASSIGN(definition.triggers, Triggers::Compile(file, definition.lists));
  for (Workflow& workflow : file.workflows) {
    auto& conditions = definition.when.emplace_back();
    for (WorkflowStep& step : workflow.steps) {
      // To set is part of a commit, and an event that is emitted again has the same id.
      step.idempotent |=
          std::holds_alternative<EmitAction>(step.action) || std::holds_alternative<SetAction>(step.action);
      auto& condition = conditions.emplace_back();
      if (step.when.text.empty()) continue;
      VEXEVT_ASSIGN(condition, CompileCondition(file, step.when, definition.lists));
    }
    if (workflow.user.empty()) {
      definition.users.push_back(InvokingUser());
      continue;
    }
    auto user = FindUser(workflow.user);
    if (!user.ok()) return ErrorAt(file.document, workflow.at, user.status().message());
    definition.users.push_back(std::move(*user));
  }
  definition.file = std::move(file);
  return definition;
}

std::optional<std::size_t> FindWorkflow(const Definition& definition, std::string_view name) {
  const auto found = std::ranges::find(definition.file.workflows, name, &Workflow::name);
  if (found == definition.file.workflows.end()) return std::nullopt;
  return static_cast<std::size_t>(found - definition.file.workflows.begin());
}

}  // namespace vexevt
