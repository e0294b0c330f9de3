// Requirement: what must be true of an event for an expression to hold, in terms that a source or a router can use
// before it looks at the expression itself. It admits every event for which the expression holds, and maybe more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/event/field.h"
#include "lib/expr/range_set.h"

namespace vexevt {

enum class PathOperator : std::uint8_t { kEquals, kStartsWith, kEndsWith, kContains, kUnder, kGlob, kMatches };

// One comparison of `path`, `path2`, `name`, `dir` or `ext` with text, meant as vexevt-expr(7) says. Where the event
// has no such field the comparison is false, and so the condition is true if negated.
struct PathCondition {
  const Field* field = nullptr;
  PathOperator op = PathOperator::kEquals;
  std::string text;
  bool negated = false;
  bool operator==(const PathCondition&) const = default;
};

using AnyOf = std::vector<PathCondition>;  // one of them at least; never empty

// All the members must be true at once.
struct Requirement {
  RangeSet types;                // codes, 0 … 0xffff
  RangeSet boundaries;           // as numbers, 0 … 0xffff
  std::vector<AnyOf> paths;      // each of them
  std::optional<RangeSet> pids;  // nullopt: any, or none
  std::optional<RangeSet> uids;  // the same; where they are asked for it is never exact
  bool exact = false;            // the members being true, the expression holds: nothing is left to test
  bool operator==(const Requirement&) const = default;
};

}  // namespace vexevt
