#include "lib/cli/watchdog.h"

#include <chrono>

#include "lib/base/quiet_thread.h"
#include "lib/io/held_up.h"

namespace vexevt {

bool LifeSigns::Alive() {
  const std::uint64_t beats = beats_.load(std::memory_order_relaxed);
  return std::exchange(seen_, beats) != beats || HeldUp::Now();
}

Result<std::unique_ptr<Watchdog>> Watchdog::Start(const ServiceNotifier& service, std::uint64_t interval_ns) {
  std::unique_ptr<Watchdog> watchdog(new Watchdog(service));
  auto run = [dog = watchdog.get(), interval_ns] { dog->Run(interval_ns); };
  auto thread = StartQuietThread(run);
  if (!thread.ok()) return std::move(thread).status().WithContext("watchdog");
  watchdog->thread_ = std::move(*thread);
  return watchdog;
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    end_ = true;
  }
  ending_.notify_one();
  thread_.join();
}

void Watchdog::Run(std::uint64_t interval_ns) {
  std::unique_lock lock(mutex_);
  while (!ending_.wait_for(lock, std::chrono::nanoseconds(interval_ns), [this] { return end_; })) {
    if (signs_.Alive()) service_.Send("WATCHDOG=1");
  }
}

}  // namespace vexevt
