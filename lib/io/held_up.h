// HeldUp: as long as one lives, this process's working thread waits for others: a full pipe, a reader that is not there
// yet, a command that has not ended. A watchdog in another thread asks, since that is back-pressure and no hang.
#pragma once

#include <atomic>

namespace vexevt {

class HeldUp {
 public:
  // Relaxed: the count stands for itself.
  HeldUp() { count.fetch_add(1, std::memory_order_relaxed); }
  ~HeldUp() { count.fetch_sub(1, std::memory_order_relaxed); }
  HeldUp(const HeldUp&) = delete;
  HeldUp& operator=(const HeldUp&) = delete;

  static bool Now() { return count.load(std::memory_order_relaxed) > 0; }

 private:
  static inline std::atomic<int> count{0};
};

}  // namespace vexevt
