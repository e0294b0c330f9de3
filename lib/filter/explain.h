// What a filter makes of one event, for people. What dedupe, sample and limit keep back depends on other events, and is
// left aside.
#pragma once

#include <string>

#include "lib/filter/filter.h"

namespace vexevt {

// Each rule that is looked at, whether it holds and why, and whether the event is kept. Lines.
std::string ExplainFilter(const Filter& filter, const EventView& event);

}  // namespace vexevt
