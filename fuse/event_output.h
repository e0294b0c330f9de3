// Where the events of a mount go: an EventSink, and what becomes of them when it fails. The file system goes on without
// its reader; what is lost from then on is counted, told once, and makes the end of the run a failure.
#pragma once

#include <memory>
#include <vector>

#include "fuse/emitter.h"
#include "lib/cli/event_sink.h"
#include "lib/cli/ledger.h"

namespace vexevt {

class EventOutput final : public FrameOutput {
 public:
  EventOutput(std::unique_ptr<EventSink> sink, Ledger& ledger) : sink_(std::move(sink)), ledger_(ledger) {}

  bool Write(std::span<const std::byte> frames) override;
  bool Flush() override;

  // Closes the sink. The first failure there was.
  Status Close();

 private:
  bool Keep(Status status);

  std::unique_ptr<EventSink> sink_;
  Ledger& ledger_;
  std::vector<EventView> views_;
  Status failure_;
};

}  // namespace vexevt
