// Unpack: a view's whole event as plain values, for what edits or prints events. Strings are borrowed from the frame.
// Fields that a newer schema added are not in it: to forward an event, forward its frame.
#pragma once

#include "lib/event/event_view.h"

namespace vexevt {

void Unpack(const EventView& view, Event* event);  // reuses the vectors of *event

}  // namespace vexevt
