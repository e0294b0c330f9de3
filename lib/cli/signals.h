// Signals as state that a loop polls. SIGINT and SIGTERM ask to stop, SIGHUP to reload, SIGUSR1 for the tool's state.
//
// A second SIGINT or SIGTERM ends the process at once, by that signal. Not one that comes within kSameRequest of the
// first: timeout(1) signals its child and then the child's group, and the child is in both.
//
// One set for the process; the handlers are gone in what is executed. Thread-safe, but for Take: one thread takes.
#pragma once

#include "lib/base/clock.h"

namespace vexevt {

inline constexpr std::uint64_t kSameRequestNs = 200 * kNsPerMs;

// From now on. SIGHUP is caught only with `reload`, else it ends the process as ever. Again: no effect.
void CatchSignals(bool reload);

// Readable once there is something to take: for poll, beside what else is waited for. -1 before CatchSignals.
int SignalFd();

struct Requests {
  bool stop = false;    // stays, once asked for
  bool reload = false;  // since the last Take
  bool state = false;   // since the last Take
};
Requests TakeRequests();

// Whether to stop: one relaxed load, for the loop of a busy tool.
bool StopRequested();
// Whether TakeRequests would give anything new: one relaxed load.
bool RequestsWaiting();

// For what ends the run as a signal would: --duration, or a child that has exited. Thread-safe.
void RequestStop();

}  // namespace vexevt
