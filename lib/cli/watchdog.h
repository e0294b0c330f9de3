// Watchdog: tells systemd that the tool lives, for as long as it does: while its working thread goes round, or is held
// up by others (lib/io/held_up.h), however long. Only one that does neither, as it computes without an end, is taken
// for hung, and restarted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "lib/base/status.h"
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
  // Asks every `interval_ns` in a thread of its own; kResourceExhausted where none may be had. `service` outlives it.
  static Result<std::unique_ptr<Watchdog>> Start(const ServiceNotifier& service, std::uint64_t interval_ns);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void Beat() { signs_.Beat(); }  // at least once in each interval, where it is not held up

 private:
  explicit Watchdog(const ServiceNotifier& service) : service_(service) {}
  void Run(std::uint64_t interval_ns);

  const ServiceNotifier& service_;
  LifeSigns signs_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool end_ = false;    // under mutex_
  std::thread thread_;  // none where it could not be started
};

}  // namespace vexevt
