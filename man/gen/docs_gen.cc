// docs_gen: writes a man page or a completion script, from a hand-written file with slots and the tools' options, to standard
// output:
//   docs_gen page man/vexevt-cat.1
//   docs_gen bash|zsh|fish completions/vexevt.bash
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "lib/cli/diagnostics.h"
#include "lib/cli/exit_code.h"
#include "lib/io/full.h"
#include "man/gen/completions.h"
#include "man/gen/page.h"
#include "man/gen/tools.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxSourceBytes = std::size_t{1} << 20;

Result<std::string> Generate(const std::string& what, const std::string& path) {
  VEXEVT_ASSIGN(std::string source, ReadFile(path, kMaxSourceBytes));
  if (what == "page") {
    std::string name = std::filesystem::path(path).stem().string();
    const ToolEntry* tool = nullptr;
    bool of_tool = path.ends_with(".1") || path.ends_with(".8");
    for (const ToolEntry& entry : AllTools()) {
      if (of_tool && entry.tool->name == name) tool = &entry;
    }
    auto page = BuildPage(source, tool);
    if (!page.ok()) return std::move(page).status().WithContext(path);
    return page;
  }
  std::vector<CommandDoc> commands = DescribeTools(AllTools());
  if (what == "bash") return FillScript(source, BashTables(commands), commands);
  if (what == "zsh") return FillScript(source, ZshTables(commands), commands);
  if (what == "fish") return FillScript(source, FishTables(commands), commands);
  return InvalidArgument("'" + what + "' is none of page|bash|zsh|fish");
}

}  // namespace
}  // namespace vexevt

int main(int argc, char** argv) {
  vexevt::SetToolName("docs_gen");
  if (argc != 3) {
    vexevt::ReportError("usage: docs_gen page|bash|zsh|fish FILE");
    return static_cast<int>(vexevt::ExitCode::kUsage);
  }
  auto text = vexevt::Generate(argv[1], argv[2]);
  if (!text.ok()) {
    vexevt::ReportError(text.status());
    return static_cast<int>(vexevt::ExitCodeOf(text.status()));
  }
  bool written = std::fwrite(text->data(), 1, text->size(), stdout) == text->size() && std::fclose(stdout) == 0;
  return static_cast<int>(written ? vexevt::ExitCode::kDone : vexevt::ExitCode::kFailed);
}
