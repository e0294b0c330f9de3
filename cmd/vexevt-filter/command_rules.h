// What vexevt-filter decides by, from its command line.
#pragma once

#include "cmd/vexevt-filter/options.h"
#include "lib/filter/filter.h"

namespace vexevt {

// The rules file of -f, or one rule of the expression and the options. Checked for what cannot go together.
// `redaction_key`: see CheckRedactionKey.
Result<Filter> FilterOf(const FilterOptions& options, std::string_view redaction_key);

// The inputs: FILE…, and the first operand where it is no expression.
std::vector<std::string> InputsOf(const FilterOptions& options);

}  // namespace vexevt
