// Through which mounts the kernel module is to watch, and what it will then call the roots. A descriptor of the module
// watches a file system once, by way of one of its mounts: all that happens below the root of that mount is told with
// paths as seen there, whichever mount it happened through.
#pragma once

#include <string>
#include <vector>

#include "lib/io/mounts.h"

namespace vexevt {

struct KernelViews {
  std::vector<Mount> views;          // one for each file system
  std::vector<std::string> folders;  // the roots as told through the views; empty: everywhere
  std::vector<std::string> unseen;   // mount points, below roots or roots, that no view reaches
};

// `roots` with all that is mounted below them; without roots all that holds files. `kept`: views until now, which stay
// as long as they can; else the mount that shows most of its file system is taken.
KernelViews PlanKernelViews(const std::vector<Mount>& mounts, const std::vector<std::string>& roots,
                            const std::vector<Mount>& kept);

}  // namespace vexevt
