#pragma once

#include <string>

#include "lib/route/route_plan.h"

namespace vexevt {

// The rules file at `path`, read and compiled.
Result<RoutePlan> LoadPlan(const std::string& path);

// The same with all that could be compiled later, too: for a plan that has to be fast from its first event on.
Result<RoutePlan> LoadWarmPlan(const std::string& path);

}  // namespace vexevt
