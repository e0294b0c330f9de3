// A thread that never handles a signal, so that the tool's own thread is the one that wakes.
#pragma once

#include <signal.h>

#include <system_error>
#include <thread>
#include <utility>

#include "lib/base/status.h"

namespace vexevt {

// kResourceExhausted where no more threads may be had; signals are then as before.
template <typename Body>
Result<std::thread> StartQuietThread(Body body) {
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
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    return ResourceExhausted("cannot start a thread: " + error.code().message());
  }
}

}  // namespace vexevt
