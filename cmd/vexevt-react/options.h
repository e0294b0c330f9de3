// The command line of vexevt-react as plain values.
#pragma once

#include <cstdint>
#include <string>

#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

enum class ReactCommand : std::uint8_t { kReact, kList, kShow, kRetry, kCancel };

struct ReactOptions {
  CommonOptions common;
  ReactCommand command = ReactCommand::kReact;
  std::string workflows;  // a file
  std::string state;      // a folder; empty: the usual one
  bool check = false;
  bool dry_run = false;
  bool once = false;
  std::uint64_t list_count = 20;
  bool list_dead = false;
  std::uint64_t run = 0;  // of show, retry and cancel
};

extern const Tool kReactTool;
void AddReactOptions(CLI::App& app, ReactOptions* options);

}  // namespace vexevt
