// Where vexevt-react keeps its state.
#pragma once

#include <string>

#include "lib/base/status.h"

namespace vexevt {

// `given`, or where it is empty: $STATE_DIRECTORY (a service's), root's /var/lib/vexevt/react, or
// $XDG_STATE_HOME/vexevt/react, ~/.local/state/vexevt/react.
Result<std::string> StateFolder(const std::string& given);

}  // namespace vexevt
