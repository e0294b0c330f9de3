#pragma once

#include "cmd/vexevt-capture/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunCapture(const CaptureOptions& options);

}  // namespace vexevt
