#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

Event Unstamped(const Loss& loss) {
  Event event;
  event.type = kVexevtLost;
  event.boundary = loss.boundary;
  event.priority = Priority::kHigh;
  event.payload = GapPayload{loss.cause, loss.count, loss.since_ns};
  return event;
}

}  // namespace

Event LostEvent(const Loss& loss, EventIds* ids) {
  Event event = Unstamped(loss);
  ids->Stamp(&event);
  return event;
}

Event LostEvent(const Loss& loss, EventIds* ids, Instant when) {
  Event event = Unstamped(loss);
  ids->Stamp(&event, when);
  return event;
}

}  // namespace vexevt
