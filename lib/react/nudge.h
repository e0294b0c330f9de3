// A nudge: one process tells the vexevt-react that runs in a state folder that its database has something new.
#pragma once

#include <string>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

// Of the one who runs: readable when there was a nudge. A named pipe in the folder.
Result<UniqueFd> OpenNudges(const std::string& folder);
// Whether there was one.
bool TakeNudges(int fd);

// False: nobody runs there.
bool Nudge(const std::string& folder);

}  // namespace vexevt
