// A condition on `path`, `name`, `dir` or `ext` as patterns on the path alone, so that one PatternSet serves them all.
#pragma once

#include <vector>

#include "lib/expr/requirement.h"
#include "lib/match/pattern_set.h"

namespace vexevt {

struct PathPatterns {
  bool possible = false;  // else nothing can be said by looking at the path's bytes
  bool exact = false;     // the condition, not negated, holds if and only if one of `any` does; else it implies one
  std::vector<StringPattern> any;
};

// For paths that are not empty. `negated` of the condition is left to the caller.
PathPatterns PatternsOf(const PathCondition& condition);

}  // namespace vexevt
