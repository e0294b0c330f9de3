// Ids of events as people and files write them: 32 hexadecimal digits, those of the source first.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/event.h"

namespace vexevt {

Result<EventId> ParseEventId(std::string_view text);
std::string PrintEventId(EventId id);

}  // namespace vexevt
