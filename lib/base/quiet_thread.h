// A thread that never handles a signal, so that the tool's own thread is the one that wakes.
#pragma once

#include <signal.h>

#include <thread>
#include <utility>

namespace vexevt {

template <typename Body>
std::thread StartQuietThread(Body body) {
  sigset_t all, old;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &old);
  std::thread thread(std::move(body));
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return thread;
}

}  // namespace vexevt
