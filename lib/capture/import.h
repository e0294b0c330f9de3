// Events from text: NDJSON as json_write.h has it, one event a line.
#pragma once

#include <memory>
#include <string>

#include "lib/base/unique_fd.h"
#include "lib/capture/source.h"

namespace vexevt {

// Reads lines from `fd` until its end. An event without an id gets one, and one without a time the time at which it is
// read. A line that is no event ends the source with kDataLoss, `name` and the line's number, after the events before
// it. Of lines of more than JsonSource::kMaxLineBytes the same is true.
std::unique_ptr<Source> ImportJson(UniqueFd fd, std::string name);

}  // namespace vexevt
