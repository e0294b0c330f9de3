// EventIds: the identity of the events that one instance of a tool makes: who (a random 64-bit source), which (a count
// from 1), when (wall, monotonic and hybrid logical clock).
#pragma once

#include <cstdint>

#include "lib/base/clock.h"
#include "lib/event/event.h"
#include "lib/event/hlc.h"

namespace vexevt {

// Not thread-safe: one for each thread that makes events.
class EventIds {
 public:
  // A source that no other instance has, on this host or another, and the real clock.
  EventIds();
  // For replays and tests. `clock` outlives this.
  EventIds(std::uint64_t source, Clock& clock) : source_(source), clock_(&clock) {}

  std::uint64_t source() const { return source_; }
  std::uint64_t count() const { return sequence_; }  // events stamped

  // Sets id, wall_ns, mono_ns and hlc, in the order of the calls.
  //
  // mono_ns is strictly increasing. wall_ns too, as long as the clock is: instants that are equal or up to 1 ms older
  // than the last event are moved just behind it. A clock that was set back further is told honestly, and then hlc,
  // which otherwise follows from wall_ns and stays 0, keeps the order.
  void Stamp(Event* event) { Stamp(event, clock_->Now()); }
  // The same for something that happened at `when`.
  void Stamp(Event* event, Instant when);

  // An event from another source was taken in: the hlc of what is stamped from now on is later.
  void Observe(std::uint64_t hlc) { hybrid_.Observe(hlc); }

 private:
  std::uint64_t source_;
  Clock* clock_;
  std::uint64_t sequence_ = 0;
  Instant last_;
  HybridClock hybrid_;
};

}  // namespace vexevt
