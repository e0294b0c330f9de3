// Where the events of a mount go: an EventSink, and what becomes of them when it fails. The file system goes on without
// its reader. The failure is told once; the output is opened again as soon as that can be, less and less often, and
// told when events arrive again. What is lost meanwhile is counted by the ledger, and by who called Write.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "fuse/emitter.h"
#include "lib/cli/event_sink.h"
#include "lib/cli/ledger.h"
#include "lib/cli/options.h"

namespace vexevt {

class EventOutput final : public FrameOutput {
 public:
  enum class OnFailure : std::uint8_t { kLose, kWait };

  // kWait: Write waits for an output that may come back, so that nothing is lost; what it was writing is then written
  // again. `options` and `ledger` outlive this.
  static Result<std::unique_ptr<EventOutput>> Open(const CommonOptions& options, OnFailure on_failure, Ledger* ledger);

  bool terminal() const { return terminal_; }

  bool Write(std::span<const std::byte> frames) override;

  // Any thread: Write waits no more. An output that has failed is tried once more, to write the last events.
  void StopWaiting();
  // Closes the sink. The failure of an output that has not come back.
  Status Close();

 private:
  EventOutput(const CommonOptions& options, OnFailure on_failure, Ledger* ledger);

  struct Count {
    std::uint64_t events = 0, gaps = 0, lost = 0, first_wall_ns = 0, last_wall_ns = 0;
  };

  Status Reopen();
  Status Pass(std::span<const std::byte> frames, Count* count);
  void Succeeded();
  void Failed(Status status);
  bool WaitToTry();

  const CommonOptions& options_;
  Ledger& ledger_;
  const bool comes_back_, waits_;
  bool terminal_ = false;
  std::unique_ptr<EventSink> sink_;
  Status failure_;                              // of the last attempt; ok while events arrive
  std::uint64_t pause_ns_ = 0, failed_ns_ = 0;  // before the next attempt; when the last one failed
  std::uint64_t lost_ = 0;                      // since it failed
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_waiting_ = false, last_try_made_ = false;
};

}  // namespace vexevt
