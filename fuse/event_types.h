// Which operations are told.
#pragma once

#include <bitset>
#include <optional>

#include "fuse/options.h"
#include "lib/base/status.h"
#include "lib/expr/expression.h"

namespace vexevt {

struct EventPlan {
  std::bitset<256> fs_types;        // by the lower byte of the code
  std::optional<Expression> where;  // nullopt: all of them
};

// --types and --where.
Result<EventPlan> PlanEvents(const FuseOptions& options);

}  // namespace vexevt
