#include "cmd/vexevt-react/options.h"
#include "cmd/vexevt-react/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::ReactOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kReactTool, &options.common, [&](CLI::App& app) { vexevt::AddReactOptions(app, &options); },
      [&] { return vexevt::RunReact(options); });
}
