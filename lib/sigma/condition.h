// The condition of a Sigma rule: which of its selections have to hold.
//
//   or       = and {"or" and}
//   and      = not {"and" not}
//   not      = "not" not | "(" or ")" | NAME | ("1" | "all") "of" ("them" | NAME)
//
// A NAME behind "of" may hold stars and stands for all selections that are called so; "them" for all but those whose
// name begins with '_'. Words of the grammar are in any case.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

enum class ConditionKind : std::uint8_t { kSelection, kNot, kAnd, kOr };

struct SigmaCondition {
  ConditionKind kind = ConditionKind::kSelection;
  std::string selection;              // of kSelection
  std::vector<SigmaCondition> parts;  // of others; one of kNot
};

// `selections` are the names that there are. A failure's message says what is wrong, without a place.
Result<SigmaCondition> ParseCondition(std::string_view text, std::span<const std::string> selections);

}  // namespace vexevt
