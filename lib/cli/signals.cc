#include "lib/cli/signals.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace vexevt {
namespace {

static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free,
              "signal handlers may touch lock-free atomics only");

// Relaxed: each stands for itself; the eventfd's write and read order nothing else.
std::atomic<bool> stop{false}, reload{false}, state{false}, waiting{false};
std::atomic<std::uint64_t> first_stop_ns{0};
int wake_fd = -1;

void Wake() {
  int saved = errno;
  std::uint64_t one = 1;
  waiting.store(true, std::memory_order_relaxed);
  [[maybe_unused]] ssize_t written = ::write(wake_fd, &one, sizeof one);
  errno = saved;
}

std::uint64_t MonotonicNs() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

void OnStop(int signal) {
  std::uint64_t now = MonotonicNs(), first = 0;
  if (!first_stop_ns.compare_exchange_strong(first, now, std::memory_order_relaxed)) {
    if (now - first < kSameRequestNs) return;
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(signal, &action, nullptr);
    ::raise(signal);  // delivered when this handler returns
    return;
  }
  stop.store(true, std::memory_order_relaxed);
  Wake();
}

void OnReload(int) {
  reload.store(true, std::memory_order_relaxed);
  Wake();
}

void OnState(int) {
  state.store(true, std::memory_order_relaxed);
  Wake();
}

// SIGHUP that is ignored stays ignored, for nohup(1). Not so SIGINT, although shells without job control start their
// background jobs with it ignored: `vexevt-capture … & …; kill -INT $!` is how scripts end a capture, as they end
// tcpdump.
void Catch(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  if (signal == SIGHUP && (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN)) return;
  action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void CatchSignals(bool reload_too) {
  if (wake_fd < 0) wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  Catch(SIGINT, OnStop);
  Catch(SIGTERM, OnStop);
  Catch(SIGUSR1, OnState);
  if (reload_too) Catch(SIGHUP, OnReload);
}

int SignalFd() { return wake_fd; }

Requests TakeRequests() {
  std::uint64_t count;
  [[maybe_unused]] ssize_t size = ::read(wake_fd, &count, sizeof count);
  waiting.store(false, std::memory_order_relaxed);
  return {.stop = stop.load(std::memory_order_relaxed),
          .reload = reload.exchange(false, std::memory_order_relaxed),
          .state = state.exchange(false, std::memory_order_relaxed)};
}

bool StopRequested() { return stop.load(std::memory_order_relaxed); }
bool RequestsWaiting() { return waiting.load(std::memory_order_relaxed); }

void RequestStop() {
  stop.store(true, std::memory_order_relaxed);
  Wake();
}

}  // namespace vexevt
