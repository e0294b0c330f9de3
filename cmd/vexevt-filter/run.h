#pragma once

#include "cmd/vexevt-filter/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunFilter(const FilterOptions& options);

}  // namespace vexevt
