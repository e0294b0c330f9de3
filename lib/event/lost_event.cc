#include "lib/event/lost_event.h"

namespace vexevt {

Event LostEvent(const Loss& loss, EventIds* ids) {
  Event event;
  ids->Stamp(&event);
  event.type = kVexevtLost;
  event.boundary = loss.boundary;
  event.priority = Priority::kHigh;
  event.payload = GapPayload{loss.cause, loss.count, loss.since_ns};
  return event;
}

}  // namespace vexevt
