#pragma once

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunStats(const StatsOptions& options);

}  // namespace vexevt
