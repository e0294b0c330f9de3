// What vexevt does beside running tools.
#pragma once

#include "cmd/vexevt/options.h"

namespace vexevt {

Result<ExitCode> RunVexevt(const VexevtOptions& options);

// Replaces this process by `vexevt-NAME`, its arguments those of argv after the name; argv ends with a null pointer.
// Returns only when there is no such tool: the failure says which name is near.
Status ExecTool(char** argv);

}  // namespace vexevt
