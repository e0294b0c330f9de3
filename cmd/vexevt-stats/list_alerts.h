#pragma once

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

// `vexevt-stats alerts`.
Result<ExitCode> ListAlertsOf(const AlertListOptions& options);

}  // namespace vexevt
