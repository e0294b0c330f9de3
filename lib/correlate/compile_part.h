// From parts of a pattern's text to what can be evaluated. For lib/correlate itself.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/correlate/pattern.h"
#include "lib/expr/condition.h"

namespace vexevt {

// As Condition::Compile; the column of a failure counts from the start of the pattern's text.
Result<Condition> CompilePart(const PatternPart& part, std::string_view own, std::span<const std::string> names,
                              const NamedLists& lists, std::vector<EarlierField>* wanted);

// What a match shows, STEP.FIELD each: what the pattern says, or else the path of each step that has a name.
std::vector<std::string> ShownFields(const Pattern& pattern);

}  // namespace vexevt
