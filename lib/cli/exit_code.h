// The exit statuses that every tool shares; exit(3) gets nothing else.
#pragma once

#include "lib/base/status.h"

namespace vexevt {

enum class ExitCode : int {
  kDone = 0,
  kNegative = 1,  // the answer is no, where one was asked for: -q, --exit-status, --assert-…
  kUsage = 2,     // the command line, an expression or a rules file is wrong
  kFailed = 3,    // input or output failed, or the data is bad
  kLost = 4,      // events were lost, and --strict was given
};

ExitCode ExitCodeOf(const Status& status);

}  // namespace vexevt
