// The command line of vexevt-route as plain values.
#pragma once

#include <string>

#include "lib/cli/ask_command.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

struct RouteOptions {
  CommonOptions common;
  std::string rules;  // file
  bool dry_run = false;
  bool profile_rules = false;
  bool check = false;
  std::string explain;  // an event as JSON, or a file with one; empty: none
  std::string test;     // a file of examples; empty: none
  AskOptions ask;
};

extern const Tool kRouteTool;
void AddRouteOptions(CLI::App& app, RouteOptions* options);

}  // namespace vexevt
