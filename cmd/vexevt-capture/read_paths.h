// Lists of paths, as find(1) writes them.
#pragma once

#include <string>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// One a line; where there is a NUL in the file, between NULs. `name` "-" is standard input. Empty ones are left out.
Result<std::vector<std::string>> ReadPaths(const std::string& name);

}  // namespace vexevt
