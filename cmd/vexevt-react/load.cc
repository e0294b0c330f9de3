#include "cmd/vexevt-react/load.h"

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
  return CompileDefinition(std::move(file));
}

}  // namespace vexevt
