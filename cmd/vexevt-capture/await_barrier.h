// vexevt-capture --barrier: waits until what has happened so far has left the pipeline of a running capture.
#pragma once

#include "cmd/vexevt-capture/options.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

// kUnavailable: the time was not enough, or the capture has ended.
Result<ExitCode> AwaitBarrier(const CaptureOptions& options);

}  // namespace vexevt
