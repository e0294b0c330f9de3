#pragma once

#include "cmd/vexevt-correlate/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunCorrelate(const CorrelateOptions& options);

}  // namespace vexevt
