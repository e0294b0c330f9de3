// StreamInput: events from somewhere, in batches as large as are there. One file, many connections, several inputs
// merged: whoever reads need not know.
//
//   for (;;) {
//     VEXEVT_ASSIGN(std::span<const EventView> events, input->Read());
//     if (events.empty()) break;
//     … for (const EventView& event : events) …
//     if (!input->MoreWaiting()) writer.Flush();
//   }
#pragma once

#include <poll.h>

#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/stream/checkpoint.h"

namespace vexevt {

// For one thread.
class StreamInput {
 public:
  virtual ~StreamInput() = default;

  // The events that are there; waits until there is one. Empty: the stream has ended. The views are valid until the
  // next call of Read or MoreWaiting. Bad data is kDataLoss with the offset of the first frame that is not an event
  // ("a.evt: offset 4096: truncated event"), only after all events before it were given; from then on every call gives
  // that error.
  virtual Result<std::span<const EventView>> Read() = 0;

  // Whether Read gives events, the end or an error without waiting. Where it cannot: flush what was written so far.
  virtual bool MoreWaiting() = 0;

  // Where MoreWaiting is false, and what was to be written is written: it may be true once one of these is readable, or
  // at wake_ns() (Clock's mono_ns), as of this call.
  virtual void AddPolls(std::vector<pollfd>* polls) = 0;
  static constexpr std::uint64_t kNoWake = ~std::uint64_t{0};
  virtual std::uint64_t wake_ns() const { return kNoWake; }

  virtual std::uint64_t offset() const = 0;       // bytes of the events given so far
  virtual std::uint64_t total_bytes() const = 0;  // of all there is to read; 0: unknown
  virtual bool ends_with_writers() const = 0;     // pipes and connections only: whoever writes them ends them

  // Appends how far each file is dealt with, once all events given are, but for the last `left` of the last Read (of
  // which none may be left after a call of MoreWaiting). Only of what was opened to be resumed (resume.h).
  virtual void AddMarks(std::size_t /*left*/, std::vector<FileMark>* /*marks*/) const {}
};

}  // namespace vexevt
