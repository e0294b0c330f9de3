// The tools that run on this host, found in /proc by their status pages.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/status/page.h"

namespace vexevt {

// What the kernel counts of a thread, ns.
struct ThreadTime {
  std::uint64_t ran_ns = 0;
  std::uint64_t queued_ns = 0;  // ready to run, with no processor free
};

struct RunningTool {
  pid_t pid = 0;
  StatusReading reading;
  // What its standard input and output are, as /proc has it: "pipe:[4711]", "/dev/null", "/srv/a.evt".
  std::string stdin_link, stdout_link;
  std::uint64_t seen_ns = 0;       // monotonic time (Clock) at which it was looked at
  ThreadTime thread;               // of its first thread; zeros where the kernel doesn't count that
  std::uint64_t processor_ns = 0;  // that all of its threads ran
};

// The endpoint that it reads and writes; for "-" what that is.
const std::string& InputOf(const RunningTool& tool);
const std::string& OutputOf(const RunningTool& tool);

struct RunningTools {
  std::vector<RunningTool> tools;  // by process id
  std::size_t hidden = 0;          // processes named like ours that we may not look into
};

Result<RunningTools> FindRunningTools();

}  // namespace vexevt
