#include "lib/cli/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/cli/signals.h"
#include "lib/cli/time_window.h"
#include "lib/event/layout.h"
#include "lib/event/type.h"
#include "lib/stream/barrier.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/resume.h"

namespace vexevt {
namespace {

// A minute at most: our clock goes on while the machine is suspended, and that of ppoll(2) does not.
timespec TimeLeft(std::uint64_t until_ns, std::uint64_t now_ns) {
  const std::uint64_t left_ns = std::min(until_ns - std::min(until_ns, now_ns), 60 * kNsPerSecond);
  return {.tv_sec = static_cast<time_t>(left_ns / kNsPerSecond), .tv_nsec = static_cast<long>(left_ns % kNsPerSecond)};
}

class Run {
 public:
  Run(const Tool& tool, const CommonOptions& options, Step& step, Ledger& ledger)
      : options_(options),
        step_(step),
        ledger_(ledger),
        window_(options, SystemClock().Now()),
        monitor_(tool, options, ledger) {}

  Status All() {
    CatchSignals(step_.reloads());
    VEXEVT_ASSIGN(std::unique_ptr<StreamInput> input, Open());
    VEXEVT_ASSIGN(sink_, EventSink::Open(options_, &ledger_));
    // From here on a run that is killed has left something that it will leave again.
    if (step_.state() != nullptr) VEXEVT_TRY(checkpointer_->Save(*input, 0, sink_->fd(), MonoNow()));
    step_.Describe(&monitor_.metrics());
    if (const std::string outputs = step_.own_outputs(); !outputs.empty()) monitor_.ShowOutput(outputs);
    VEXEVT_TRY(monitor_.Start(InputNames(), input->total_bytes(), sink_->terminal()));
    Status dealt = Loop(*input);
    // What was read is written before a failure is told: the events before bad data are good.
    Status written = dealt.code() == StatusCode::kBrokenPipe ? Status() : Finish();
    if (checkpointer_ && dealt.ok() && written.ok()) written = checkpointer_->Save(*input, left_, -1, MonoNow());
    monitor_.Finish();
    for (Status* failure : {&dealt, &input_failure_, &written}) {
      if (!failure->ok()) return std::move(*failure);
    }
    return {};
  }

 private:
  std::string InputNames() const {
    return options_.inputs.empty() ? "-" : fmt::format("{}", fmt::join(options_.inputs, " "));
  }

  Result<std::unique_ptr<StreamInput>> Open() {
    InputOptions input_options{.follow = options_.follow, .json = options_.json_input, .resync = options_.resync};
    if (step_.state() != nullptr) {
      checkpointer_ = Checkpointer::Of(step_.state(), options_.checkpoint_interval_ns, MonoNow());
      if (!NamesFile(options_.inputs)) return OpenInputs(options_.inputs, input_options);
      return ResumeInputs(options_.inputs, input_options, checkpointer_->marks());
    }
    if (options_.checkpoint.empty()) return OpenInputs(options_.inputs, input_options);
    if (options_.checkpoint == options_.output) {
      return InvalidArgument(fmt::format("'{}' can't be both the output and the checkpoint", options_.output));
    }
    VEXEVT_ASSIGN(checkpointer_, Checkpointer::Open(options_.checkpoint, options_.checkpoint_interval_ns, MonoNow()));
    return ResumeInputs(options_.inputs, input_options, checkpointer_->marks());
  }

  // Until the input ends or fails, or enough was written.
  Status Loop(StreamInput& input) {
    for (bool ended = enough(); !ended;) {
      VEXEVT_TRY(KeepCheckpoint(input));
      if (RequestsWaiting() || !step_.takes_input() || !input.MoreWaiting()) {
        VEXEVT_ASSIGN(bool readable, Idle(input));
        if (StopRequested() && !input.ends_with_writers()) return {};
        if (past_deadline_) return {};
        ended = enough();  // a Tick may have written the last one
        if (!readable || ended) continue;
      }
      auto batch = input.Read();
      if (!batch.ok()) input_failure_ = std::move(batch).status();
      if (!batch.ok() || batch->empty()) return {};
      VEXEVT_TRY(Take(*batch, &ended));
      ledger_.bytes_in.store(input.offset(), std::memory_order_relaxed);
      monitor_.Beat();
      SeeWhetherReloaded();
      ended |= enough();
    }
    return {};
  }

  // Once it is time and everything that was read has left.
  Status KeepCheckpoint(const StreamInput& input) {
    if (!checkpointer_ || !checkpointer_->due(MonoNow()) || holds_back()) return {};
    VEXEVT_TRY(sink_->Sync());
    return checkpointer_->Save(input, 0, sink_->fd(), MonoNow());
  }

  // Writes out what there is, then waits for input, a signal or a time. True: Read has something to say.
  Result<bool> Idle(StreamInput& input) {
    VEXEVT_TRY(sink_->Flush());
    polls_.clear();
    polls_.push_back({.fd = SignalFd(), .events = POLLIN, .revents = 0});
    polls_.push_back({.fd = sink_->fd(), .events = 0, .revents = 0});
    step_.AddPolls(&polls_);
    std::size_t inputs = polls_.size();
    bool takes_input = step_.takes_input();
    bool readable = takes_input && input.MoreWaiting();  // a signal interrupts a busy run without making it wait
    if (takes_input) input.AddPolls(&polls_);
    std::uint64_t now = MonoNow();
    bool may_save = checkpointer_ && !holds_back();  // else a Tick comes first
    std::uint64_t wake =
        std::min({step_.next_tick_ns(), monitor_.next_beat_ns(), window_.deadline_ns(),
                  takes_input ? input.wake_ns() : kNever, may_save ? checkpointer_->due_ns() : kNever});
    if (takes_input && !readable) monitor_.Waits();
    if (readable) wake = now;
    // To the nanosecond: a window that is over is told at once, and not up to a millisecond later.
    const timespec left = TimeLeft(wake, now);
    if (::ppoll(polls_.data(), polls_.size(), wake == kNever ? nullptr : &left, nullptr) < 0 && errno != EINTR) {
      return ErrnoStatus("cannot wait for input", errno);
    }
    // POLLERR on a pipe that we write: its reader has gone, and what we would ever write is for nobody.
    if ((polls_[1].revents & POLLERR) != 0) return ErrnoStatus("cannot write the output", EPIPE);
    // Not whether there are bytes: Read would wait for the rest of an event.
    readable |= takes_input && input.MoreWaiting();
    bool step_ready = std::any_of(polls_.begin() + 2, polls_.begin() + static_cast<std::ptrdiff_t>(inputs),
                                  [](const pollfd& entry) { return entry.revents != 0; });
    monitor_.Beat();
    now = MonoNow();
    if (step_ready || step_.next_tick_ns() <= now) {
      VEXEVT_TRY(step_.Tick(*sink_));
      if (checkpointer_) checkpointer_->Moved();
      VEXEVT_TRY(sink_->Settle());
      VEXEVT_TRY(sink_->Flush());
    }
    SeeWhetherReloaded();
    past_deadline_ = !readable && now >= window_.deadline_ns();
    if (polls_[0].revents != 0 || RequestsWaiting()) VEXEVT_TRY(Answer(TakeRequests()));
    return readable;
  }

  Status Answer(Requests requests) {
    if (requests.state) monitor_.ShowState();
    if (!requests.reload) return {};
    monitor_.Reloading();
    reloading_ = true;
    VEXEVT_TRY(step_.Reload());
    SeeWhetherReloaded();
    return {};
  }

  void SeeWhetherReloaded() {
    if (!reloading_ || step_.reloading()) return;
    reloading_ = false;
    monitor_.Reloaded();
  }

  Status Take(std::span<const EventView> batch, bool* ended) {
    ledger_.last_wall_ns.store(batch.back().wall_ns(), std::memory_order_relaxed);
    const std::span<const EventView> read = batch;
    std::size_t beyond = 0;
    if (window_.active()) {
      batch = window_.Select(batch, MonoNow(), &beyond);
      *ended = beyond > 0;
      Add(ledger_.in, read.size() - batch.size());
    }
    while (!batch.empty() && !enough()) {
      // With --count, never more events at once than may still be written, so that a step which writes at most one for
      // each needs no look at the limit.
      auto size = static_cast<std::size_t>(
          std::min<std::uint64_t>({batch.size(), sink_->room().value_or(kNever), step_.wants()}));
      LookAtStream(batch.first(size));
      Add(ledger_.in, size);
      Status status = step_.Process(batch.first(size), *sink_);
      VEXEVT_TRY(sink_->Settle());
      VEXEVT_TRY(std::move(status));
      if (!barriers_.empty()) [[unlikely]]
        VEXEVT_TRY(PassBarriers());
      batch = batch.subspan(size);
    }
    ledger_.ObserveLatency(read.front().wall_ns());
    left_ = batch.empty() ? beyond : CountFrom(batch.front(), read);
    if (checkpointer_) checkpointer_->Moved();
    return {};
  }

  // `event` and those behind it in `batch`.
  static std::size_t CountFrom(const EventView& event, std::span<const EventView> batch) {
    auto at =
        std::ranges::find(batch, event.frame().data(), [](const EventView& other) { return other.frame().data(); });
    return static_cast<std::size_t>(batch.end() - at);
  }

  void LookAtStream(std::span<const EventView> batch) {
    for (const EventView& event : batch) {
      if (event.type() != kVexevtLost) [[likely]] {
        if (event.type() == kVexevtBarrier) [[unlikely]]
          barriers_.emplace_back(BarrierToken(event));
        continue;
      }
      Add(ledger_.gaps, 1);
      std::uint64_t lost =
          event.payload_tag() == layout::kPayloadGapTagValue ? event.Get<std::uint64_t>(layout::kPayloadGapLost) : 0;
      Add(lost > 0 ? ledger_.lost : ledger_.unknown, lost > 0 ? lost : 1);
    }
  }

  // What stands before a barrier does not wait for more to come.
  Status PassBarriers() {
    VEXEVT_TRY(sink_->Flush());
    if (sink_->ends_stream() && !step_.has_own_outputs()) {
      for (const std::string& token : barriers_) AcknowledgeBarrier(token);
    }
    barriers_.clear();
    return {};
  }

  bool holds_back() { return step_.holds_back() || sink_->holds_back(); }
  bool enough() const { return step_.done() || step_.wants() == 0 || sink_->room() == 0; }

  Status Finish() {
    VEXEVT_TRY(step_.Finish(*sink_));
    if (checkpointer_) VEXEVT_TRY(sink_->Sync());
    return sink_->Close();
  }

  const CommonOptions& options_;
  Step& step_;
  Ledger& ledger_;
  TimeWindow window_;
  RunMonitor monitor_;
  std::unique_ptr<EventSink> sink_;
  std::optional<Checkpointer> checkpointer_;
  std::size_t left_ = 0;  // events of the last batch that were not processed
  Status input_failure_;
  std::vector<pollfd> polls_;
  std::vector<std::string> barriers_;  // tokens, of what is processed now
  bool past_deadline_ = false;
  bool reloading_ = false;  // and systemd waits for word
};

}  // namespace

ExitCode JudgeLoss(ExitCode code, const CommonOptions& options, const Ledger& ledger) {
  return options.strict && ledger.lossy() ? ExitCode::kLost : code;
}

Result<ExitCode> RunPipeline(const Tool& tool, const CommonOptions& options, Step& step, Ledger& ledger) {
  Run run(tool, options, step, ledger);
  VEXEVT_TRY(run.All());
  return JudgeLoss(ExitCode::kDone, options, ledger);
}

}  // namespace vexevt
