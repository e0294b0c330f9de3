#include "cmd/vexevt-route/options.h"
#include "cmd/vexevt-route/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::RouteOptions options;
  return vexevt::ToolMain(
      argc, argv, vexevt::kRouteTool, &options.common, [&](CLI::App& app) { vexevt::AddRouteOptions(app, &options); },
      [&] { return vexevt::RunRoute(options); });
}
