// What --test of vexevt-filter sees to: that each case's event is kept, or dropped, as its `keep` says.
#pragma once

#include <string>

#include "lib/filter/filter.h"
#include "lib/rules/examples.h"

namespace vexevt {

// What dedupe, sample and limit keep back depends on other events, and is left aside.
Result<ExamplesOutcome> TestFilter(const Filter& filter, const std::string& file);

}  // namespace vexevt
