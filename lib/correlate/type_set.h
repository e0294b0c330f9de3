// Which types of events a matcher has to see.
#pragma once

#include <bitset>

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

}  // namespace vexevt
