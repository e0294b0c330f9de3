// The argument of --types, as every tool that makes events reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// Appends the names of "fs.create,fs.*": types, and families with ".*".
Status ReadTypeNames(std::string_view text, std::vector<std::string>* names);

}  // namespace vexevt
