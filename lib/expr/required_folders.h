// Where an event must lie for an expression to hold, for a source that can leave out the rest.
#pragma once

#include <string>
#include <vector>

#include "lib/expr/requirement.h"

namespace vexevt {

// The `path` of every event for which the expression holds is in one of these (lib/base/folders.h). Whole components
// only: "startswith /srv/a" is all of /srv. Empty: it may be anywhere, or there may be none.
std::vector<std::string> FoldersRequired(const Requirement& required);

}  // namespace vexevt
