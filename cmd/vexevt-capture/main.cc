#include "cmd/vexevt-capture/options.h"
#include "cmd/vexevt-capture/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::CaptureOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kCaptureTool, &options.common,
      [&](CLI::App& app) { vexevt::AddCaptureOptions(app, &options); }, [&] { return vexevt::RunCapture(options); });
}
