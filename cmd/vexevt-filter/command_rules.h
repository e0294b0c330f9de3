// The command line of vexevt-filter as the rules file that it stands for.
#pragma once

#include "cmd/vexevt-filter/options.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

// Reads the file of -f, or makes one rule of the expression and the options. Checked for what cannot go together.
Result<RulesFile> RulesOf(const FilterOptions& options);

// The inputs: FILE…, and the first operand where it is no expression.
std::vector<std::string> InputsOf(const FilterOptions& options);

}  // namespace vexevt
