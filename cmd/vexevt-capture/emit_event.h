// vexevt-capture emit: one event from a shell.
#pragma once

#include "cmd/vexevt-capture/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> EmitEvent(const CaptureOptions& options);

}  // namespace vexevt
