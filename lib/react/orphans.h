// Orphans: what actions have left behind. A process whose parent has ended comes to us and not to init, so that it can
// be told whose doing it is (loop_guard.h).
#pragma once

#include <sys/types.h>

#include <functional>

#include "lib/base/status.h"

namespace vexevt {

// From now on orphans among our descendants come to us.
Status AdoptOrphans();

// Takes leave of those that have ended. Not of our own children: those for which `is_child` holds, and those of our
// session, which no action is in, are waited for by who started them.
void ReapOrphans(const std::function<bool(pid_t pid)>& is_child);

}  // namespace vexevt
