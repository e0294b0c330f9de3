#include "cmd/vexevt-filter/options.h"
#include "cmd/vexevt-filter/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::FilterOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kFilterTool, &options.common, [&](CLI::App& app) { vexevt::AddFilterOptions(app, &options); },
      [&] { return vexevt::RunFilter(options); });
}
