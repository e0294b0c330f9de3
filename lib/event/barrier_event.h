// BarrierEvent: the event that marks a place in a stream: see lib/stream/barrier.h.
#pragma once

#include <string_view>

#include "lib/event/event.h"

namespace vexevt {

// A vexevt.barrier event, not yet stamped, whose token is borrowed.
Event BarrierEvent(std::string_view token);

}  // namespace vexevt
