#include "cmd/vexevt-react/load.h"

#include "lib/react/machines.h"
#include "lib/react/trusted_file.h"

namespace vexevt {

Result<Definition> LoadWorkflows(const std::string& path) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  if (path.empty()) return InvalidArgument("a file of workflows is wanted: -f WORKFLOWS");
  VEXEVT_ASSIGN(std::string text, ReadTrustedFile(path, kMostBytes));
  VEXEVT_ASSIGN(WorkflowsFile file, ParseWorkflows(std::move(text), path));
  for (const auto& [name, list] : file.lists) {
    if (!list.file.text.empty()) VEXEVT_TRY(CheckTrustedFile(list.file.text));
  }
  VEXEVT_ASSIGN(Definition definition, CompileDefinition(std::move(file)));
  // Who runs them makes machines of its own; what is wrong with them is wanted now.
  VEXEVT_ASSIGN([[maybe_unused]] Machines machines, Machines::Compile(definition.file, definition.lists, 0));
  return definition;
}

}  // namespace vexevt
