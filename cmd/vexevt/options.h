// The command line of vexevt itself. Commands other than help, doctor and status are tools: `vexevt cat x` runs
// `vexevt-cat x`.
#pragma once

#include <string>

#include "lib/cli/tool_main.h"

namespace vexevt {

struct VexevtOptions {
  CommonOptions common;
  bool list = false;
  bool help = false;
  bool doctor = false;
  bool json = false;  // of doctor and status
  bool status = false;
  bool check = false;      // of status
  std::string help_topic;  // empty: vexevt itself
};

extern const Tool kVexevtTool;
void AddVexevtOptions(CLI::App& app, VexevtOptions* options);

}  // namespace vexevt
