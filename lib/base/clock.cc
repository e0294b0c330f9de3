#include "lib/base/clock.h"

#include <ctime>

namespace vexevt {
namespace {

std::uint64_t Read(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

class RealClock final : public Clock {
 public:
  Instant Now() override { return {Read(CLOCK_REALTIME), Read(CLOCK_BOOTTIME)}; }
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

}  // namespace vexevt
