// Which types of events a matcher has to see.
#pragma once

#include <algorithm>
#include <bitset>

#include "lib/event/type.h"
#include "lib/expr/condition.h"

namespace vexevt {

// By their codes; those of families that do not exist yet, 0x2000 and beyond, are in every set.
inline constexpr std::uint32_t kTypeCodes = 0x2000;
using TypeSet = std::bitset<kTypeCodes>;

// Those of events for which the condition may hold.
inline void AddTypes(const Condition& condition, TypeSet* types) {
  if (condition.alone() == nullptr) {
    if (condition.relates()) types->set();
    return;
  }
  for (const Range& range : condition.alone()->requirement().types.ranges()) {
    for (std::uint64_t code = range.first; code <= range.last && code < kTypeCodes; ++code) types->set(code);
  }
}

// Whether it is only of matches, or of partial ones: `type = vexevt.match`.
inline bool AsksForMatches(const Condition& condition) {
  if (condition.alone() == nullptr) return false;
  const auto ranges = condition.alone()->requirement().types.ranges();
  return !ranges.empty() && std::ranges::all_of(ranges, [](const Range& range) {
    return range.first == range.last && (range.first == kVexevtMatch || range.first == kVexevtPartial);
  });
}

}  // namespace vexevt
