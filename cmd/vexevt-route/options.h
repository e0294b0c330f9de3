// The command line of vexevt-route as plain values.
#pragma once

#include <string>

#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

struct RouteOptions {
  CommonOptions common;
  std::string rules;  // file
  bool check = false;
};

extern const Tool kRouteTool;
void AddRouteOptions(CLI::App& app, RouteOptions* options);

}  // namespace vexevt
