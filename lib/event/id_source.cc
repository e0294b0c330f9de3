#include "lib/event/id_source.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

namespace vexevt {
namespace {

// Not 0, which an event without an id has.
std::uint64_t RandomSource() {
  std::uint64_t source = 0;
  while (source == 0) {
    // 8 bytes are never cut short; before the pool is ready (early boot) it waits.
    if (getrandom(&source, sizeof source, 0) < 0 && errno != EINTR) {
      // A kernel or sandbox without getrandom: the clocks differ between any two starts.
      Instant now = SystemClock().Now();
      source = (now.wall_ns ^ now.mono_ns << 20) * 0x9e3779b97f4a7c15;
    }
  }
  return source;
}

}  // namespace

EventIds::EventIds() : EventIds(RandomSource(), SystemClock()) {}

void EventIds::Stamp(Event* event, Instant when) {
  if (when.wall_ns <= last_.wall_ns && last_.wall_ns - when.wall_ns <= kNsPerMs) when.wall_ns = last_.wall_ns + 1;
  when.mono_ns = std::max(when.mono_ns, last_.mono_ns + 1);
  last_ = when;
  event->id = {source_, ++sequence_};
  event->wall_ns = when.wall_ns;
  event->mono_ns = when.mono_ns;
  std::uint64_t hlc = hybrid_.Next(when.wall_ns);
  event->hlc = hlc == HlcOfWall(when.wall_ns) ? 0 : hlc;
}

}  // namespace vexevt
