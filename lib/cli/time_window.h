// TimeWindow: --since, --until and --duration over a stream, by the events' own time, so that a recorded stream gives
// what the live one gave. The clock decides only where no event comes. For one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/clock.h"
#include "lib/cli/options.h"
#include "lib/event/event_view.h"

namespace vexevt {

class TimeWindow {
 public:
  // `now` is when the run starts. An --until that lies ahead of it ends the run; one that has passed leaves events out.
  TimeWindow(const CommonOptions& options, Instant now);

  // False: Select gives what it gets.
  bool active() const { return active_; }

  // The events of `batch` that lie within; valid until the next call or until the batch ends. *beyond is set to 0, or
  // to the number of events from the one at which the window ended: none will lie within from there on.
  std::span<const EventView> Select(std::span<const EventView> batch, std::uint64_t now_mono_ns, std::size_t* beyond);

  // The monotonic time at which an idle run ends; the largest value: never.
  std::uint64_t deadline_ns() const { return std::min(until_deadline_ns_, duration_deadline_ns_); }

 private:
  static constexpr std::uint64_t kOpen = ~std::uint64_t{0};

  bool active_;
  std::uint64_t since_ns_, until_ns_;
  std::optional<std::uint64_t> duration_ns_;  // until the first event
  std::uint64_t end_ns_ = kOpen;              // the event time that ends the run
  std::uint64_t until_deadline_ns_ = kOpen, duration_deadline_ns_ = kOpen;
  std::vector<EventView> selected_;
};

}  // namespace vexevt
