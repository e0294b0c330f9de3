// The boundary at which a layer's own events are seen, where whoever emits one names no other.
#pragma once

#include "lib/event/event.h"
#include "lib/event/type.h"

namespace vexevt {

inline Boundary BoundaryOf(Family family) {
  switch (family) {
    case Family::kGraph:
      return Boundary::kGraph;
    case Family::kVector:
      return Boundary::kVector;
    case Family::kAgent:
      return Boundary::kAgent;
    default:
      return Boundary::kUser;
  }
}

}  // namespace vexevt
