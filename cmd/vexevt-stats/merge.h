#pragma once

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunMerge(const StatsOptions& options);

}  // namespace vexevt
