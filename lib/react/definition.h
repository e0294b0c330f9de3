// Definition: a workflows file as runs go by it: its conditions compiled, its users looked up. Immutable: a run keeps
// the one under which it began, whatever is read later.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/react/process.h"
#include "lib/react/triggers.h"
#include "lib/react/workflows_file.h"

namespace vexevt {

struct Definition {
  WorkflowsFile file;
  std::int64_t id = 0;  // in the store
  NamedLists lists;
  Triggers triggers;
  // By workflow and step; nullopt where the step has no `when`.
  std::vector<std::vector<std::optional<StateCondition>>> when;
  std::vector<ProcessUser> users;  // by workflow
};

Result<Definition> CompileDefinition(WorkflowsFile file);

// nullopt where there is none of that name.
std::optional<std::size_t> FindWorkflow(const Definition& definition, std::string_view name);

}  // namespace vexevt
