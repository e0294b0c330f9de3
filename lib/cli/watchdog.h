// Watchdog: tells systemd that the tool lives, for as long as it does: while its working thread goes round, or is held
// up by others (lib/io/held_up.h), however long. Only one that does neither, as it computes without an end, is taken
// for hung, and restarted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "lib/cli/service.h"

namespace vexevt {

// Whether there was a sign of life since the last question. Beat is for the working thread, the rest for another.
class LifeSigns {
 public:
  void Beat() { beats_.fetch_add(1, std::memory_order_relaxed); }
  bool Alive();

 private:
  std::atomic<std::uint64_t> beats_{0};
  std::uint64_t seen_ = 0;
};

class Watchdog {
 public:
  // Asks every `interval_ns` in a thread of its own. `service` outlives it.
  Watchdog(const ServiceNotifier& service, std::uint64_t interval_ns);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void Beat() { signs_.Beat(); }  // at least once in each interval, where it is not held up

 private:
  void Run(std::uint64_t interval_ns);

  const ServiceNotifier& service_;
  LifeSigns signs_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool end_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace vexevt
