// The workflows and state machines of vexevt-react, as their file says them (vexevt-workflows(5)).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/react/workflow.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

struct WorkflowsFile {
  Document document;
  std::map<std::string, NamedList> lists;
  std::vector<Workflow> workflows;     // names unique
  std::vector<StateMachine> machines;  // names unique
};

// Reads and checks `text`; errors name file, line, column and the nearest key, step, machine, state or field.
// Expressions are read by Triggers::Compile and Machines::Compile. File names in it are relative to `file`'s folder.
Result<WorkflowsFile> ParseWorkflows(std::string text, std::string file);
Result<WorkflowsFile> ReadWorkflows(const std::string& path);

}  // namespace vexevt
