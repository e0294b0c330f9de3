// The workflows file, from disk to what can be run.
#pragma once

#include <string>

#include "lib/react/definition.h"

namespace vexevt {

// Refuses a file that others can write, and lists in such files.
Result<Definition> LoadWorkflows(const std::string& path);

}  // namespace vexevt
