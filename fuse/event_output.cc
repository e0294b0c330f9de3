#include "fuse/event_output.h"

#include <fmt/format.h>

#include <utility>

#include "lib/cli/diagnostics.h"

namespace vexevt {

bool EventOutput::Write(std::span<const std::byte> frames) {
  std::uint64_t count = 0;
  std::size_t bytes = frames.size();
  while (!frames.empty()) {
    std::size_t size = MeasureFrame(frames).bytes;
    EventView event;
    if (!EventView::Bind(frames.first(size), &event)) return Keep(DataLoss("a bad event was made"));
    if (event.type() == kVexevtLost) {
      Add(ledger_.gaps, 1);
      Add(ledger_.lost, event.Get<std::uint64_t>(layout::kPayloadGapLost));
    }
    ledger_.last_wall_ns.store(event.wall_ns(), std::memory_order_relaxed);
    if (failure_.ok()) sink_->Write(event);
    ++count;
    frames = frames.subspan(size);
  }
  Add(ledger_.in, count);
  Add(ledger_.bytes_in, bytes);
  if (!failure_.ok()) Add(ledger_.dropped, count);
  return failure_.ok() && Keep(sink_->Settle());
}

bool EventOutput::Flush() { return failure_.ok() && Keep(sink_->Flush()); }

bool EventOutput::Keep(Status status) {
  if (status.ok()) return true;
  ReportWarning(fmt::format("{}: the file system goes on, its events are lost", status.message()));
  failure_ = std::move(status);
  return false;
}

Status EventOutput::Close() {
  if (failure_.ok()) failure_ = sink_->Close();
  // Nobody is behind a mount for whom a closed pipe would be the usual end.
  if (failure_.code() == StatusCode::kBrokenPipe) return {StatusCode::kIoError, failure_.message()};
  return std::move(failure_);
}

}  // namespace vexevt
