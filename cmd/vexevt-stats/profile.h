#pragma once

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunProfile(const ProfileOptions& options);

}  // namespace vexevt
