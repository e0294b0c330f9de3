// What outlives a run of vexevt-stats (--model FILE): what its models have learnt, written as a whole.
#pragma once

#include <string>

#include "lib/base/status.h"
#include "lib/stats/watcher.h"

namespace vexevt {

// Into a watcher that has seen nothing. A file that is not there is a first run. kDataLoss, kInvalidArgument: as
// Watcher::Load; `path` stands in the error.
Status LoadModels(const std::string& path, Watcher* watcher);

// Durably: whoever reads it, also after a crash, finds what was there or this.
Status SaveModels(const std::string& path, const Watcher& watcher);

}  // namespace vexevt
