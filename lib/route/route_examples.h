// What --test of vexevt-route sees to: that the endpoints are those that each case names.
#pragma once

#include <string>

#include "lib/route/route_plan.h"
#include "lib/rules/examples.h"

namespace vexevt {

Result<ExamplesOutcome> TestRoutes(const RoutePlan& plan, const std::string& file);

}  // namespace vexevt
