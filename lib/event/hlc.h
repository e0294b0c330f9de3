// The hybrid logical clock (Kulkarni, Demirbas, Madappa, Avva, Leone: "Logical Physical Clocks", 2014): a number near
// wall time that never contradicts causality, whatever the hosts' clocks do. 48 bits of wall time in ns (65.5 us
// steps), 16 bits of count.
//
// Events are ordered by (hlc, id.source, id.sequence). The sequence already orders the events of one source, so, other
// than in the paper, a source's clock needs not move on for each event: it stays equal within a step of wall time. So
// nearly every event's hlc follows from its wall time and costs no byte of its frame.
#pragma once

#include <algorithm>
#include <cstdint>

namespace vexevt {

inline constexpr std::uint64_t kHlcCountMask = 0xffff;

inline std::uint64_t HlcOfWall(std::uint64_t wall_ns) { return wall_ns & ~kHlcCountMask; }

class HybridClock {
 public:
  // For an event made here: at least as late as all before it, and as `wall_ns` says.
  std::uint64_t Next(std::uint64_t wall_ns) { return last_ = std::max(last_, HlcOfWall(wall_ns)); }

  // For an event from elsewhere that what follows may depend on: everything that Next gives from now on is later. A
  // count that is full carries into the time.
  void Observe(std::uint64_t hlc) { last_ = std::max(last_, hlc + 1); }

 private:
  std::uint64_t last_ = 0;
};

}  // namespace vexevt
