// The tools that run on this host, found in /proc by their status pages.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/status/page.h"

namespace vexevt {

struct RunningTool {
  pid_t pid = 0;
  StatusReading reading;
  // What its standard input and output are, as /proc has it: "pipe:[4711]", "/dev/null", "/srv/a.evt".
  std::string stdin_link, stdout_link;
};

struct RunningTools {
  std::vector<RunningTool> tools;  // by process id
  std::size_t hidden = 0;          // processes named like ours that we may not look into
};

Result<RunningTools> FindRunningTools();

}  // namespace vexevt
