#include "cmd/vexevt-stats/options.h"
#include "cmd/vexevt-stats/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::StatsOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kStatsTool, &options.common, [&](CLI::App& app) { vexevt::AddStatsOptions(app, &options); },
      [&] { return vexevt::RunStats(options); });
}
