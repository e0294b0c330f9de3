// Flatten: any well-formed Cap'n Proto message of one Event as a plain canonical frame, by capnp itself. The slow path
// for what EventView::Bind refuses: several segments, far pointers. Unknown fields of a newer schema survive.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// Replaces `out` by the plain frame. kDataLoss where capnp, with its limits against hostile messages, refuses `frame`
// too. A field of the wrong kind (a struct where bytes should be) is copied as it is, and EventView::Bind refuses it.
Status Flatten(std::span<const std::byte> frame, std::vector<std::byte>* out);

}  // namespace vexevt
