// KernelFrames: what becomes of the frames that the kernel module wrote. Nearly all go on as they lie; left out is what
// the module's filter could not decide, and what would have us tell of ourselves.
//
// One kind is written anew: a rename of which one end lies outside of the roots is fs.move-in or fs.move-out to whoever
// reads a Source, and the module knows only of the borders of mounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/capture/frame_batch.h"
#include "lib/capture/process_table.h"
#include "lib/capture/root_set.h"
#include "lib/capture/selection.h"
#include "lib/capture/source.h"
#include "lib/event/event_view.h"

namespace vexevt {

class KernelFrames {
 public:
  // `id_source`: of the ring. `command`: only what a command does is told, and so no ends of mounts.
  // `processes`: who reads what we write; nullptr: nobody whom we know.
  KernelFrames(const Selection& selection, std::uint64_t id_source, bool command, ProcessTable* processes)
      : selection_(selection), id_source_(id_source), command_(command), processes_(processes) {}

  // The roots as the kernel names them; none: everywhere. `asked`: the kernel was given them to decide.
  void Select(std::vector<std::string> folders, bool asked);

  // `frames` lie where *batch ends, as KernelLanes::Next leaves them. Checks each, and commits what is to be delivered.
  // kDataLoss: one is no event.
  Status Forward(std::span<std::byte> frames, FrameBatch* batch);

  // When the last frame was made; zero before the first.
  Instant last() const { return last_; }

  SourceCounters counters;

 private:
  bool IsOwn(const EventView& event);
  bool Holds(const EventView& event) const;
  // Whether the event is to be told; where it is a rename across a border, its frame is in frame_ then.
  bool Takes(const EventView& event);
  bool TakesRename(const EventView& event);

  Selection selection_;
  std::uint64_t id_source_;
  bool command_;
  ProcessTable* processes_;
  RootSet folders_{{}};
  bool bounded_ = false;  // there are folders,
  bool asked_ = true;     // and the kernel decided
  Instant last_;
  Event event_;                   // reused
  std::vector<std::byte> frame_;  // the same
};

}  // namespace vexevt
