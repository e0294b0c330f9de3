#include "cmd/vexevt-capture/run.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "cmd/vexevt-capture/await_barrier.h"
#include "cmd/vexevt-capture/control.h"
#include "cmd/vexevt-capture/emit_event.h"
#include "cmd/vexevt-capture/open_source.h"
#include "cmd/vexevt-capture/selection_plan.h"
#include "cmd/vexevt-capture/source_metrics.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/capture/command.h"
#include "lib/capture/hash_stage.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/event_sink.h"
#include "lib/cli/pipeline.h"
#include "lib/cli/signals.h"
#include "lib/cli/time_window.h"
#include "lib/io/full.h"
#include "lib/stream/barrier.h"
#include "lib/stream/record_name.h"

namespace vexevt {
namespace {

OwnOutput OutputOf(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return {fd, ""};
  std::string path(PATH_MAX, '\0');
  ssize_t length = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return {fd, path};
}

// The files of --rotate, as the kernel names them.
std::optional<RecordName> OwnFiles(const CommonOptions& options) {
  if (!options.rotation.wanted()) return {};
  RecordName name = RecordName::Of(options.output);
  std::error_code error;
  auto directory = std::filesystem::canonical(name.directory.empty() ? "." : name.directory, error);
  name.directory = directory.string() + '/';
  return name;
}

class CaptureRun {
 public:
  CaptureRun(const CaptureOptions& options, SelectionPlan plan)
      : options_(options),
        plan_(std::move(plan)),
        own_files_(OwnFiles(options.common)),
        window_(options.common, SystemClock().Now()),
        monitor_(kCaptureTool, options.common, ledger_) {}

  Status All() {
    CatchSignals(false);
    VEXEVT_ASSIGN(sink_, EventSink::Open(options_.common, &ledger_));
    if (!options_.control.empty()) {
      VEXEVT_ASSIGN(Control control, Control::Listen(options_.control));
      control_.emplace(std::move(control));
    }
    std::uint32_t pid = 0;
    if (!options_.command.empty()) {
      VEXEVT_ASSIGN(Command command, Command::Prepare(options_.command));
      pid = static_cast<std::uint32_t>(command.pid());
      command_.emplace(std::move(command));
    }
    VEXEVT_ASSIGN(OpenedSource opened, OpenSource(options_, plan_, OutputOf(sink_->fd()), pid));
    source_ = std::move(opened.source);
    if (opened.merged != nullptr) sources_.Describe(*opened.merged, &monitor_.metrics());
    for (const std::string& root : plan_.selection.roots)
      ReportDetail(fmt::format("watching '{}' by {}", root, opened.name));
    if (plan_.selection.roots.empty()) ReportDetail(fmt::format("reading {}", opened.name));
    if (options_.hash_bytes) {
      VEXEVT_ASSIGN(hashes_, HashStage::Start(*options_.hash_bytes));
    }
    if (command_) VEXEVT_TRY(command_->Start());
    VEXEVT_TRY(monitor_.Start(opened.name, 0, sink_->terminal()));
    Status read = Loop();
    Status written = read.code() == StatusCode::kBrokenPipe ? Status() : sink_->Close();
    monitor_.Finish();
    sources_.ReportBalance();
    return read.ok() ? std::move(written) : std::move(read);
  }

  const Ledger& ledger() const { return ledger_; }
  // After All: that of the command.
  Result<int> CommandStatus() { return command_ ? command_->Wait() : 0; }

 private:
  Status Loop() {
    FrameBatch batch;
    while (sink_->room() != 0) {
      if (StopRequested()) source_->Stop();
      if (control_) VEXEVT_TRY(control_->Serve(source_.get()));
      batch.Clear();
      auto state = source_->Drain(&batch);
      bool ended = false;
      bool last = !state.ok() || *state == DrainState::kEnd;
      VEXEVT_TRY(TakeNext(batch.frames(), last, &ended));  // what came before a failure is good
      if (!state.ok()) return std::move(state).status();
      if (ended || *state == DrainState::kEnd) return {};
      sources_.Update();
      monitor_.Beat();
      if (RequestsWaiting()) [[unlikely]] {
        const Requests requests = TakeRequests();
        if (requests.state) monitor_.ShowState();
        if (requests.stop) continue;  // the source has to hear of it before it is waited for: nothing else wakes us
      }
      if (*state == DrainState::kMore || sink_->room() == 0) continue;
      VEXEVT_ASSIGN(bool past_deadline, Wait());
      if (past_deadline) return TakeNext({}, true, &ended);
    }
    return {};
  }

  Status TakeNext(std::span<const std::byte> frames, bool last, bool* ended) {
    if (!hashes_) return Take(frames, ended);
    VEXEVT_TRY(Take(hashes_->Pass(frames), ended));
    return last && !*ended ? Take(hashes_->Finish(), ended) : Status();
  }

  Status Take(std::span<const std::byte> frames, bool* ended) {
    views_.clear();
    Add(ledger_.bytes_in, frames.size());
    while (!frames.empty()) {
      std::size_t size = MeasureFrame(frames).bytes;
      EventView event;
      if (!EventView::Bind(frames.first(size), &event)) return DataLoss("the source made a bad event");
      views_.push_back(event);
      frames = frames.subspan(size);
    }
    if (views_.empty()) return {};
    ledger_.last_wall_ns.store(views_.back().wall_ns(), std::memory_order_relaxed);
    Add(ledger_.in, views_.size());
    std::span<const EventView> selected = views_;
    std::size_t beyond = 0;
    if (window_.active()) selected = window_.Select(selected, SystemClock().Now().mono_ns, &beyond);
    *ended = beyond > 0;
    while (!selected.empty() && sink_->room() != 0) {
      std::size_t size =
          static_cast<std::size_t>(std::min<std::uint64_t>(selected.size(), sink_->room().value_or(kNever)));
      for (const EventView& event : selected.first(size)) Offer(event);
      VEXEVT_TRY(sink_->Settle());
      if (!barriers_.empty()) [[unlikely]]
        VEXEVT_TRY(PassBarriers());
      selected = selected.subspan(size);
    }
    ledger_.ObserveLatency(views_.front().wall_ns());
    return {};
  }

  // What stands before a barrier does not wait for more to come.
  Status PassBarriers() {
    VEXEVT_TRY(sink_->Flush());
    for (const std::string& token : barriers_) {
      if (sink_->ends_stream()) AcknowledgeBarrier(token);
      if (control_) control_->Sent(token);
    }
    barriers_.clear();
    return {};
  }

  void Offer(const EventView& event) {
    // These tell of the stream itself and always pass.
    bool lost = event.type() == kVexevtLost, barrier = event.type() == kVexevtBarrier;
    if (lost) [[unlikely]] {
      Add(ledger_.gaps, 1);
      auto count = event.Get<std::uint64_t>(layout::kPayloadGapLost);
      Add(count > 0 ? ledger_.lost : ledger_.unknown, count > 0 ? count : 1);
    }
    if (barrier) [[unlikely]]
      barriers_.emplace_back(BarrierToken(event));
    if (!lost && !barrier && !Selects(event)) return;
    if (own_files_ && own_files_->Has(event.path())) return;  // or each event would make another
    sink_->Write(event);
  }

  bool Selects(const EventView& event) const {
    bool asked_for = plan_.live && FamilyOf(event.type()) == Family::kFs;
    if (plan_.types && !asked_for && !plan_.types->Matches(event)) return false;
    return !plan_.left || plan_.left->Matches(event);
  }

  // Writes out what there is, then waits for the source, a signal or a time. True: the time is over.
  Result<bool> Wait() {
    VEXEVT_TRY(sink_->Flush());
    // POLLERR on a pipe that we write: its reader has gone, and what we would ever write is for nobody.
    polls_.assign({{source_->poll_fd(), POLLIN, 0},
                   {SignalFd(), POLLIN, 0},
                   {sink_->fd(), 0, 0},
                   {command_ && !command_ended_ ? command_->pidfd() : -1, POLLIN, 0},
                   {hashes_ ? hashes_->fd() : -1, POLLIN, 0}});
    if (control_) control_->AddPolls(&polls_);
    std::uint64_t wake = std::min(monitor_.next_beat_ns(), window_.deadline_ns());
    std::uint64_t now = SystemClock().Now().mono_ns;
    int timeout = -1;
    if (wake != kNever) {
      timeout =
          wake <= now ? 0 : static_cast<int>(std::min<std::uint64_t>((wake - now + kNsPerMs - 1) / kNsPerMs, 60'000));
    }
    monitor_.Waits();
    if (::poll(polls_.data(), polls_.size(), timeout) < 0 && errno != EINTR)
      return ErrnoStatus("cannot wait for events", errno);
    monitor_.Beat();
    if ((polls_[2].revents & POLLERR) != 0) return ErrnoStatus("cannot write the output", EPIPE);
    if (polls_[3].revents != 0) {
      command_ended_ = true;
      source_->Stop();
    }
    bool idle = polls_[0].revents == 0 && polls_[3].revents == 0 && polls_[4].revents == 0;
    return idle && SystemClock().Now().mono_ns >= window_.deadline_ns();
  }

  const CaptureOptions& options_;
  SelectionPlan plan_;
  std::optional<RecordName> own_files_;
  Ledger ledger_;
  SourceMetrics sources_;
  TimeWindow window_;
  RunMonitor monitor_;
  std::unique_ptr<EventSink> sink_;
  std::optional<Command> command_;
  bool command_ended_ = false;
  std::unique_ptr<Source> source_;
  std::optional<Control> control_;
  std::unique_ptr<HashStage> hashes_;
  std::vector<pollfd> polls_;
  std::vector<EventView> views_;
  std::vector<std::string> barriers_;  // tokens, of what is written now
};

}  // namespace

Result<ExitCode> RunCapture(const CaptureOptions& options) {
  if (options.emit) return EmitEvent(options);
  if (!options.barrier.empty()) return AwaitBarrier(options);
  VEXEVT_ASSIGN(SelectionPlan plan, PlanSelection(options));
  if (options.explain) {
    // In the place of the command, which is not run.
    std::uint32_t command = options.command.empty() ? 0 : static_cast<std::uint32_t>(::getpid());
    VEXEVT_ASSIGN(OpenedSource opened, OpenSource(options, plan, {}, command));
    std::string text = ExplainPlan(plan, opened.name);
    VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"));
    return ExitCode::kDone;
  }
  CaptureRun run(options, std::move(plan));
  VEXEVT_TRY(run.All());
  VEXEVT_ASSIGN(int status, run.CommandStatus());
  return JudgeLoss(static_cast<ExitCode>(status), options.common, run.ledger());
}

}  // namespace vexevt
