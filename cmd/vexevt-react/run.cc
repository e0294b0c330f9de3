#include "cmd/vexevt-react/run.h"

#include <fmt/format.h>

#include <cerrno>

#include "cmd/vexevt-react/dry_run.h"
#include "cmd/vexevt-react/load.h"
#include "cmd/vexevt-react/metrics.h"
#include "cmd/vexevt-react/visit.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/cli/signals.h"
#include "lib/io/held_up.h"
#include "lib/react/nudge.h"
#include "lib/react/reactor.h"
#include "lib/react/state_folder.h"

namespace vexevt {
namespace {

class ReactStep final : public Step {
 public:
  ReactStep(const ReactOptions& options, Reactor* reactor, UniqueFd nudges)
      : options_(options), reactor_(reactor), nudges_(std::move(nudges)) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    for (const EventView& event : batch) {
      if (TellsOfStream(event.type())) [[unlikely]]
        sink.Write(event);
    }
    reactor_->See(batch);
    return Turn(sink);
  }

  void AddPolls(std::vector<pollfd>* polls) override {
    polls->push_back({.fd = reactor_->fd(), .events = POLLIN, .revents = 0});
    polls->push_back({.fd = nudges_.get(), .events = POLLIN, .revents = 0});
  }
  std::uint64_t next_tick_ns() const override { return reactor_->next_due_ns(); }
  Status Tick(EventSink& sink) override {
    if (TakeNudges(nudges_.get())) reactor_->LookForRequests();
    return Turn(sink);
  }

  bool holds_back() override { return reactor_->holds_unsaved(); }

  // Runs that have begun go on to their end; once asked to stop, only steps do, and the next start goes on from there.
  Status Finish(EventSink& sink) override {
    VEXEVT_TRY(Turn(sink));
    while (Unfinished()) {
      VEXEVT_TRY(sink.Flush());
      VEXEVT_TRY(Wait());
      VEXEVT_TRY(Tick(sink));
    }
    Status status = reactor_->Save();
    TellMessages();
    return status;
  }

  bool reloads() const override { return true; }
  Status Reload() override {
    auto definition = LoadWorkflows(options_.workflows);
    Status status = definition.ok() ? reactor_->Reload(std::move(*definition)) : std::move(definition).status();
    if (status.ok()) {
      ReportNotice(fmt::format("read '{}' again", options_.workflows));
    } else {
      ReportError(std::move(status).WithContext("workflows not reloaded, the old ones stay"));
    }
    return {};
  }

  void Describe(MetricSet* set) override { metrics_.Describe(set); }

 private:
  Status Turn(EventSink& sink) {
    const Outlet outlet = {.write =
                               [&sink](const Event& event) {
                                 if (!sink.full()) sink.WriteMade(event);
                               },
                           .flush = [&sink]() -> Status {
                             VEXEVT_TRY(sink.Settle());
                             return sink.Flush();
                           }};
    Status status = reactor_->Turn(outlet);
    TellMessages();
    metrics_.Update(*reactor_);
    return status;
  }

  void TellMessages() {
    for (const std::string& message : reactor_->TakeMessages()) ReportWarning(message);
  }

  bool Unfinished() {
    if (StopRequested()) {
      reactor_->Drain();
      return reactor_->acting();
    }
    return options_.once ? reactor_->has_work() : reactor_->has_runs();
  }

  Status Wait() {
    HeldUp held_up;
    std::vector<pollfd> polls = {{.fd = SignalFd(), .events = POLLIN, .revents = 0}};
    AddPolls(&polls);
    const std::uint64_t due = reactor_->next_due_ns(), now = SystemClock().Now().mono_ns;
    constexpr std::uint64_t kMostMs = 60'000;
    const std::uint64_t wait_ms = due <= now ? 0 : std::min((due - now + kNsPerMs - 1) / kNsPerMs, kMostMs);
    if (::poll(polls.data(), polls.size(), static_cast<int>(wait_ms)) < 0 && errno != EINTR) {
      return ErrnoStatus("cannot wait for commands", errno);
    }
    if (polls[0].revents != 0) TakeRequests();
    return {};
  }

  const ReactOptions& options_;
  Reactor* const reactor_;
  const UniqueFd nudges_;
  ReactMetrics metrics_;
};

Result<ExitCode> React(const ReactOptions& options) {
  VEXEVT_ASSIGN(Definition definition, LoadWorkflows(options.workflows));
  if (options.check) return ExitCode::kDone;
  if (options.dry_run) return DryRun(options, definition);
  VEXEVT_ASSIGN(std::string folder, StateFolder(options.state));
  VEXEVT_ASSIGN(auto store, RunStore::Open(folder, RunStore::Use::kRun));
  VEXEVT_ASSIGN(UniqueFd nudges, OpenNudges(folder));
  VEXEVT_ASSIGN(auto reactor, Reactor::Start(std::move(definition), std::move(store), SystemClock()));
  Ledger ledger;
  ReactStep step(options, reactor.get(), std::move(nudges));
  return RunPipeline(kReactTool, options.common, step, ledger);
}

}  // namespace

Result<ExitCode> RunReact(const ReactOptions& options) {
  if (options.command == ReactCommand::kReact) return React(options);
  VEXEVT_ASSIGN(std::string folder, StateFolder(options.state));
  switch (options.command) {
    case ReactCommand::kList:
      return options.list_dead ? ListDeadLetters(folder, options.list_count) : ListRuns(folder, options.list_count);
    case ReactCommand::kShow:
      return ShowRun(folder, options.run);
    case ReactCommand::kRetry:
      return AskForRun(folder, {RequestKind::kRetry, options.run});
    default:
      return AskForRun(folder, {RequestKind::kCancel, options.run});
  }
}

}  // namespace vexevt
