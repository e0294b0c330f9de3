// vexevt-correlate graph: what led to what.
#pragma once

#include "cmd/vexevt-correlate/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunGraph(const CorrelateOptions& options);

}  // namespace vexevt
