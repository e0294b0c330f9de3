#pragma once

#include "cmd/vexevt-capture/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

// The exit status of a COMMAND is passed on as it is.
Result<ExitCode> RunCapture(const CaptureOptions& options);

}  // namespace vexevt
