// The ledger: what became of a tool's events. It balances: in + made = out + filtered + dropped.
//
// Counters are atomics so that the metrics thread and SIGUSR1 can read them at any time; only the tool's own thread
// writes, once for a batch, so Add needs no locked instruction.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "lib/cli/metrics.h"

namespace vexevt {

using Counter = std::atomic<std::uint64_t>;

inline void Add(Counter& counter, std::uint64_t count) {
  counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
}
inline std::uint64_t Get(const Counter& counter) { return counter.load(std::memory_order_relaxed); }

struct Ledger {
  Counter in{0};              // events read
  Counter made{0};            // events of the tool's own: matches, gaps it tells of
  Counter out{0};             // events written, to all outputs together counted once
  Counter dropped{0};         // events wanted and lost here; each is told by a gap
  Counter gaps{0};            // vexevt.lost events that passed by
  Counter lost{0};            // events that those say were lost, where they know
  Counter unknown{0};         // gaps that do not know how many
  Counter bytes_in{0};        // of frames
  Counter bytes_out{0};       // as written: of frames, or of lines
  Counter last_wall_ns{0};    // time of the last event read
  DurationHistogram latency;  // from an event's time to its being dealt with: of the first of each batch

  // Once a batch has been dealt with whose first event is of `wall_ns`.
  void ObserveLatency(std::uint64_t wall_ns);

  std::uint64_t filtered() const { return Get(in) + Get(made) - Get(out) - Get(dropped); }
  bool lossy() const { return Get(gaps) + Get(dropped) > 0; }

  // "12 in, 3 out, 9 filtered, 0 lost"; what is zero beyond these is not named.
  std::string Text() const;

  // Adds its counters to `metrics`; outlives them there.
  void Describe(MetricSet* metrics) const;
};

}  // namespace vexevt
