// Every tool with its options: the one source of option lists in man pages and of completions. The build writes tools.cc from
// the vexevt_tool() calls, so that no tool can be forgotten.
#pragma once

#include <span>

#include "lib/cli/tool.h"

namespace CLI {
class App;
}

namespace vexevt {

struct ToolEntry {
  const Tool* tool;
  void (*build)(CLI::App&);  // as AppBuilder; what it parses into lives for ever
};

std::span<const ToolEntry> AllTools();

}  // namespace vexevt
