// What vexevt-stats alert keeps with --state: first its alerts (lib/alert/alert_state.h), then what alert.cc has to
// know.
#pragma once

#include "lib/cli/saved_run.h"

namespace vexevt {

inline constexpr StateFile kAlertStateFile{"alert.state",
                                           {"vexevt alert state", "1", "the state of vexevt-stats alert"}};

}  // namespace vexevt
