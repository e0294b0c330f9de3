// The command line of vexevt-cat as plain values.
#pragma once

#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

struct CatOptions {
  CommonOptions common;
  bool stat = false;
};

extern const Tool kCatTool;
void AddCatOptions(CLI::App& app, CatOptions* options);

}  // namespace vexevt
