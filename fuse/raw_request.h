// Requests as the kernel sends them, before libfuse 3.14 sees them: what it would pass over is noted, and what it
// doesn't know is answered here, or turned into what it does.
#pragma once

#include <cstddef>

#include "fuse/filesystem.h"

namespace vexevt {

// Sets CurrentRequest(). True: it is answered.
bool TakeRaw(Filesystem& fs, std::byte* request, std::size_t size);

}  // namespace vexevt
