#pragma once

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

// `vexevt-stats alert`.
Result<ExitCode> RunAlert(const StatsOptions& options);

}  // namespace vexevt
