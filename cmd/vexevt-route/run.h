#pragma once

#include "cmd/vexevt-route/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunRoute(const RouteOptions& options);

}  // namespace vexevt
