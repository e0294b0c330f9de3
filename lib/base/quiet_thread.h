// A thread that never handles a signal, so that the tool's own thread is the one that wakes.
#pragma once

#include <signal.h>

#include <thread>
#include <utility>

namespace vexevt {

// Throws std::system_error, as std::thread does, where no more threads may be had; signals are then as before.
template <typename Body>
std::thread StartQuietThread(Body body) {
  struct AllBlocked {
    sigset_t before;
    AllBlocked() {
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~AllBlocked() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  };
  const AllBlocked blocked;
  return std::thread(std::move(body));
}

}  // namespace vexevt
