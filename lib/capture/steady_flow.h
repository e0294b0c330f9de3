// SteadyFlow: when to let events gather. A steady flow would wake us for each event, which costs the writer more than
// the marks do (it sends the wake-up) and us more than all else. So after kSteady waits in a row of less than kGather
// we let events gather for so long. The first event after a pause is never held back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>

#include "lib/base/clock.h"

namespace vexevt {

class SteadyFlow {
 public:
  // Nothing more waits: from now on we do.
  void Idle() { idle_since_ns_ = SystemClock().Now().mono_ns; }

  // Something has come. Pauses where that pays, unless there is a hurry.
  void Gather(bool hurry) {
    bool brief = SystemClock().Now().mono_ns - idle_since_ns_ < kGatherNs;
    short_waits_ = brief ? std::min(short_waits_ + 1, kSteady) : 0;
    if (short_waits_ < kSteady || hurry) return;
    timespec pause{0, kGatherNs};
    ::nanosleep(&pause, nullptr);  // a signal ends it, which is as well
  }

 private:
  static constexpr std::uint64_t kGatherNs = 100 * kNsPerUs;
  static constexpr int kSteady = 8;

  std::uint64_t idle_since_ns_ = 0;
  int short_waits_ = 0;  // in a row
};

}  // namespace vexevt
