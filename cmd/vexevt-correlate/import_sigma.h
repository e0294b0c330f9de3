// vexevt-correlate import-sigma: Sigma rules as patterns.
#pragma once

#include "cmd/vexevt-correlate/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

Result<ExitCode> RunImportSigma(const CorrelateOptions& options);

}  // namespace vexevt
