// One text out of a JSON document, whatever else it holds.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

// The string at `pointer` (RFC 6901: "/choices/0/message/content"). kDataLoss: what is there is none, or this is no
// JSON. Thread-safe.
Result<std::string> JsonTextAt(std::string_view json, std::string_view pointer);

}  // namespace vexevt
