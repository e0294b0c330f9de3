#include "lib/stream/bus_sink.h"

#include <fmt/format.h>

#include <vector>

#include "kmod/uapi/vexevt.h"
#include "lib/event/event_view.h"
#include "lib/event/lost_event.h"

namespace vexevt {

// The device takes what is sound of a write and says how much that was, always at the end of a frame: the rest is
// written again, as to any other descriptor.
Status BusSink::Write(std::span<const std::byte> frames) {
  std::size_t good = 0;
  while (good < frames.size()) {
    const std::size_t size = MeasureFrame(frames.subspan(good)).bytes;
    if (size <= VEXEVT_INJECT_MAX) {
      good += size;
      continue;
    }
    if (good > 0) VEXEVT_TRY(device_->Write(frames.first(good)));
    VEXEVT_TRY(WriteGap(frames.subspan(good, size)));
    frames = frames.subspan(good + size);
    good = 0;
  }
  return frames.empty() ? Status() : device_->Write(frames);
}

Status BusSink::WriteGap(std::span<const std::byte> frame) {
  EventView event;
  const std::uint64_t since_ns = EventView::Bind(frame, &event) ? event.wall_ns() : 0;
  const std::string cause = fmt::format("an event of {} bytes is too large for '{}'", frame.size(), name_);
  std::vector<std::byte> gap;
  AppendFrame(LostEvent({.cause = cause, .count = 1, .since_ns = since_ns}, &ids_), &gap);
  return device_->Write(gap);
}

}  // namespace vexevt
