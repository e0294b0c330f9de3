#pragma once

#include "cmd/vexevt-cat/options.h"
#include "lib/base/status.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunCat(const CatOptions& options);

}  // namespace vexevt
