#pragma once

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

// --live. `query`: as the options say it; empty: none.
Result<ExitCode> RunLive(const StatsOptions& options, const std::string& query);

}  // namespace vexevt
