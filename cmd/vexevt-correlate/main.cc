#include "cmd/vexevt-correlate/options.h"
#include "cmd/vexevt-correlate/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::CorrelateOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kCorrelateTool, &options.common,
      [&](CLI::App& app) { vexevt::AddCorrelateOptions(app, &options); },
      [&] { return vexevt::RunCorrelate(options); });
}
