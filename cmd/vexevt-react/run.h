#pragma once

#include "cmd/vexevt-react/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunReact(const ReactOptions& options);

}  // namespace vexevt
