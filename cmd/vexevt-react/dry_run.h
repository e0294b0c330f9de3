// --dry-run: what would be run for the events of the input, by their own time, and as if every run ended at once.
#pragma once

#include "cmd/vexevt-react/options.h"
#include "lib/cli/exit_code.h"
#include "lib/react/definition.h"

namespace vexevt {

Result<ExitCode> DryRun(const ReactOptions& options, const Definition& definition);

}  // namespace vexevt
