// LostEvent: the event that stands in a stream where events are missing. Whoever loses events puts one at that place;
// whoever reads a stream passes it on.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/event/id_source.h"

namespace vexevt {

struct Loss {
  std::string_view cause;                  // what lost them, for people: "fanotify", "rule 'x'"; borrowed by the event
  std::uint64_t count = 0;                 // how many; 0: unknown
  std::uint64_t since_ns = 0;              // wall time of the last event known before the gap; 0: unknown
  Boundary boundary = Boundary::kUnknown;  // whose events they were
};

// A vexevt.lost event, stamped by `ids`: now, or as of `when`.
Event LostEvent(const Loss& loss, EventIds* ids);
Event LostEvent(const Loss& loss, EventIds* ids, Instant when);

}  // namespace vexevt
