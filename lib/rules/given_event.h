// One event that a person gives, to try rules on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// One event of JSON (json_read.h), as a frame.
Result<std::vector<std::byte>> FrameOfJson(std::string_view json);

// `event` is an event of JSON, or a file whose first event it is, as JSON or a frame.
Result<std::vector<std::byte>> LoadEvent(const std::string& event);

}  // namespace vexevt
