// From a group back to its events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/event/column.h"

namespace vexevt {

// The expression (vexevt-expr(7)) that holds for the events of the group of that key, by these fields; empty where the
// key is none of theirs, or there are no fields.
std::string GroupFilter(const std::vector<Column>& by, std::string_view key);

}  // namespace vexevt
