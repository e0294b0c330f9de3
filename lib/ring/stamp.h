// The clock by which readers put the batches of several lanes in order: the same for all processes of a machine.
#pragma once

#include <time.h>

#include <cstdint>

#include "lib/base/clock.h"

namespace vexevt {

inline std::uint64_t RingStamp() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace vexevt
