// A selection of a Sigma rule as an expression of vexevt-expr(7).
//
// Texts of Sigma compare without regard to case, unless |cased says otherwise, and '*' and '?' in them stand for
// others; what our operators do not say so is a regex.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/sigma/fields.h"
#include "lib/sigma/yaml.h"

namespace vexevt {

// Can stand beside `and` and `or`. Errors are "file:line:column: what", and name what can't be turned.
Result<std::string> SelectionExpression(std::string_view file, const YamlValue& selection,
                                        const SigmaCategory& category);

}  // namespace vexevt
