#include "lib/event/barrier_event.h"

namespace vexevt {

Event BarrierEvent(std::string_view token) {
  Event event;
  event.type = kVexevtBarrier;
  event.boundary = Boundary::kUser;
  event.attributes.push_back({"token", AttributeText{token}});
  return event;
}

}  // namespace vexevt
