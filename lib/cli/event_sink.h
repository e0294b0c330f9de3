// EventSink: where a tool writes its events, in the form that --format asks for. Frames go out as they came: runs of
// frames that lay side by side in the reader's buffer are copied at once.
//
// For one thread. Errors are kept and returned by Settle and Flush, so that Write costs a few nanoseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/cli/ledger.h"
#include "lib/cli/options.h"
#include "lib/event/event_view.h"
#include "lib/stream/writer.h"

namespace vexevt {

struct OpenedOutput;  // for the source alone

class EventSink {
 public:
  // Opens options.output. Where that is a terminal, kAuto is text, and frames are refused.
  static Result<std::unique_ptr<EventSink>> Open(const CommonOptions& options, Ledger* ledger);
  // Opens it again after it failed: see ReopenOutput. Not for --rotate.
  static Result<std::unique_ptr<EventSink>> Reopen(const CommonOptions& options, Ledger* ledger);

  ~EventSink();
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  // Writes an event that was read. Its frame stays as it is until Settle.
  void Write(const EventView& event) {
    if (format_ != Format::kFrames) [[unlikely]]
      return Print(event);
    ++written_;
    std::span<const std::byte> frame = event.frame();
    if (frame.data() == run_end_) {
      run_end_ += frame.size();
    } else {
      EndRun();
      run_ = frame.data();
      run_end_ = run_ + frame.size();
    }
  }

  // Writes an event that was read, changed or held back: `frame`, a plain one, is copied.
  void WriteChanged(std::span<const std::byte> frame);

  // Writes an event of the tool's own: a match, a gap.
  void WriteMade(const Event& event);

  // Writes lines of the tool's own in place of events, which count as one. Only for kText.
  void WriteText(std::string_view lines);

  // Whether --count is reached: what is written from now on is too much. Steps that make several events from one ask.
  bool full() const { return room_ && *room_ <= written_; }

  // After each batch, before its frames end: counts what was written, and gives the first failure.
  Status Settle();
  // What is buffered goes out.
  Status Flush();
  // Flushes, and waits until what went to a file is on its disk.
  Status Sync();
  // Flushes, and says whether what was written is safe with the kernel. Nothing can be written afterwards.
  Status Close();

  // Events that may still be written, as of the last Settle; nullopt: any number.
  std::optional<std::uint64_t> room() const { return room_; }
  // For poll, to see that the reader has gone (POLLERR).
  int fd() const { return writer_.fd(); }
  Format format() const { return format_; }  // never kAuto
  bool terminal() const { return terminal_; }
  // Whether the form needs an event that is still to come for one that was written: spans that have not ended.
  bool holds_back() const;
  // Whether the stream ends here: as frames it goes on through pipes and sockets, but not from files and devices, and
  // in other forms it is for others than us. What has been flushed has then left the pipeline.
  bool ends_stream() const { return ends_stream_; }

 private:
  struct Printer;

  EventSink(StreamWriter writer, Format format, std::optional<std::uint64_t> room, Ledger* ledger);
  static Result<std::unique_ptr<EventSink>> Make(const CommonOptions& options, Ledger* ledger, OpenedOutput output);

  void EndRun() {
    if (run_ != run_end_) Keep(writer_.Append({run_, run_end_}));
    run_ = run_end_ = nullptr;
  }
  void Keep(Status status) {
    if (!status.ok() && failure_.ok()) failure_ = std::move(status);
  }
  void Print(const EventView& event);  // and counts what it writes
  void FlushLines();
  void CountBytes();

  StreamWriter writer_;
  const Format format_;
  bool terminal_ = false;
  bool ends_stream_ = false;
  Ledger* const ledger_;
  std::optional<std::uint64_t> room_;
  const std::byte* run_ = nullptr;  // frames that lie side by side, not yet appended
  const std::byte* run_end_ = nullptr;
  std::uint64_t written_ = 0, made_count_ = 0;  // since the last Settle
  std::uint64_t bytes_ = 0;                     // of the writer, as the ledger has them
  std::vector<std::byte> made_;                 // the frame of an event of our own
  std::unique_ptr<Printer> printer_;            // null for frames
  Status failure_;
};

}  // namespace vexevt
