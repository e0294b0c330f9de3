#include <algorithm>
#include <cstring>

#include "cmd/vexevt-capture/options.h"
#include "cmd/vexevt-capture/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::CaptureOptions options;
  // What follows "--" is a command with options of its own, which the parser must not see.
  char** dashes = std::find_if(argv, argv + argc, [](const char* word) { return std::strcmp(word, "--") == 0; });
  if (dashes != argv + argc) {
    options.command.assign(dashes + 1, argv + argc);
    argc = static_cast<int>(dashes - argv);
  }
  return vexevt::ToolMain(
      argc, argv, vexevt::kCaptureTool, &options.common,
      [&](CLI::App& app) { vexevt::AddCaptureOptions(app, &options); }, [&] { return vexevt::RunCapture(options); });
}
