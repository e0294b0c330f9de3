// Source: where events come from. One thread polls it and drains it:
//
//   FrameBatch batch;
//   for (;;) {
//     poll(source.poll_fd() and what else the tool waits for);
//     do {
//       batch.Clear();
//       state = source.Drain(&batch);   // never blocks for long
//       … select, format or write batch.frames() …
//     } while (state == kMore);
//     … flush …
//   }
//
// So an idle pipeline has each event at once, and a busy one works in large batches, without a timer.
//
// What a source makes, it stamps: id, wall and monotonic time (strictly increasing in the order of its stream).
// A gap is an event of its own at its place in the stream (vexevt.lost), never an error.
//
// Of a rename, `path` is the old and `path2` the new name. Where only one of both lies in what is watched, the event is
// fs.move-in or fs.move-out, `path` the name within and `path2` the one outside, empty where unknown.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/status.h"
#include "lib/capture/frame_batch.h"

namespace vexevt {

enum class DrainState : std::uint8_t {
  kIdle,  // nothing more is waiting: flush, then poll
  kMore,  // the batch is full, or there is more to read: call again
  kEnd,   // no event will come any more
};

// Since the source was opened.
struct SourceCounters {
  std::uint64_t reported = 0;  // records that the kernel (or file) gave
  std::uint64_t events = 0;    // events put into batches, gaps included
  std::uint64_t own = 0;       // records of our own process, left out
  std::uint64_t unwanted = 0;  // records that the selection left out
  std::uint64_t gaps = 0;      // vexevt.lost events
};

class Source {
 public:
  virtual ~Source() = default;

  // Readable (POLLIN) when Drain has something to do. -1: always, as a generator or a plain file is. Owned by the
  // source and the same for its life.
  virtual int poll_fd() const = 0;

  // Appends to *batch what is waiting, until the batch is full or nothing waits. Does not block for events, except for
  // -1 sources that read a pipe; fanotify may pause for 100 us in a steady flow. An error ends the source; what was
  // appended before it is good.
  virtual Result<DrainState> Drain(FrameBatch* batch) = 0;

  // Puts a vexevt.barrier event with attribute `token` behind everything that happened before the call: it comes out
  // of a later Drain (poll_fd may not tell: call Drain), once what was waiting at the call has.
  virtual Status InsertBarrier(std::string_view token) = 0;

  // No new events; Drain gives what was reported until now, then kEnd. Idempotent.
  virtual void Stop() = 0;

  virtual const SourceCounters& counters() const = 0;
};

}  // namespace vexevt
