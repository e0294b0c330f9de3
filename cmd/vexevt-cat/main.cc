#include "cmd/vexevt-cat/options.h"
#include "cmd/vexevt-cat/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::CatOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kCatTool, &options.common, [&](CLI::App& app) { vexevt::AddCatOptions(app, &options); },
      [&] { return vexevt::RunCat(options); });
}
