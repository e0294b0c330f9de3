// --dry-run: a route that decides and sends nothing.
#pragma once

#include <string>

#include "lib/route/router.h"

namespace vexevt {

// All endpoints lead to /dev/null, at once.
void SendNothing(RoutePlan* plan);

// How many events each rule held for and each endpoint would have got. Lines, for people.
std::string DryRunTable(const Router& router);

}  // namespace vexevt
