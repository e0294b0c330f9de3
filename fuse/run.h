// vexevt-fuse, from its options to its end.
#pragma once

#include "fuse/options.h"
#include "lib/base/status.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunFuse(const FuseOptions& options);

}  // namespace vexevt
