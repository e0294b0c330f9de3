#include <string_view>

#include "cmd/vexevt/run.h"

int main(int argc, char** argv) {
  std::string_view command = argc > 1 ? argv[1] : "";
  if (!command.empty() && command.front() != '-' && command != "doctor" && command != "status" && command != "help") {
    // Before anything else: the tool's time to its first event starts here.
    vexevt::Status failure = vexevt::ExecTool(argv + 1);
    vexevt::SetToolName("vexevt");
    vexevt::ReportError(failure);
    return static_cast<int>(vexevt::ExitCodeOf(failure));
  }
  vexevt::VexevtOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kVexevtTool, &options.common, [&](CLI::App& app) { vexevt::AddVexevtOptions(app, &options); },
      [&] { return vexevt::RunVexevt(options); });
}
