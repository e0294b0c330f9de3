// What a checked expression requires. For lib/expr itself.
#pragma once

#include "lib/expr/predicate.h"
#include "lib/expr/requirement.h"

namespace vexevt {

Requirement RequirementOf(const Predicate& predicate);

}  // namespace vexevt
