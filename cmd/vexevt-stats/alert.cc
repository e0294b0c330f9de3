#include "cmd/vexevt-stats/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cmd/vexevt-stats/alert_metrics.h"
#include "cmd/vexevt-stats/alert_queries.h"
#include "cmd/vexevt-stats/alert_state_file.h"
#include "lib/alert/alert_state.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/kept_run.h"
#include "lib/cli/pipeline.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

// Of CSV.
constexpr char kColumns[] = "time,attr.alert,attr.state,priority,attr.since,observability.value,observability.message";

struct Alerting {
  AlertQueries queries;
  AlertBoard board;
};

Result<Alerting> AlertingOf(const StatsOptions& options) {
  VEXEVT_ASSIGN(const AlertsFile file, ReadAlerts(options.rules));
  VEXEVT_ASSIGN(AlertQueries queries, AlertQueries::Compile(file, options.limits, options.most_models));
  VEXEVT_ASSIGN(AlertBoard board, AlertBoard::Compile(file, queries.Descriptions()));
  return Alerting{std::move(queries), std::move(board)};
}

class AlertStep final : public Step, private DurableState {
 public:
  AlertStep(const StatsOptions& options, Alerting alerting, Ledger* ledger)
      : options_(options), ledger_(ledger), alerting_(std::move(alerting)), seen_at_ns_(SystemClock().Now().mono_ns) {}

  // Takes up what --state names. Before anything else.
  Status Open() {
    if (options_.state.empty()) return {};
    VEXEVT_ASSIGN(kept_, KeptRun::Open(options_.common, options_.state, kAlertStateFile));
    if (const std::string state = kept_->TakeState(); !state.empty()) {
      if (Status status = Load(state); !status.ok()) {
        return std::move(status).WithContext(fmt::format("cannot go on from '{}'", options_.state));
      }
      after_break_ |= !kept_->goes_on();
    }
    return kept_->CutOutput(options_.common);
  }

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    const auto tell = TellTo(sink);
    if (std::exchange(after_break_, false)) [[unlikely]]
      SeeBreak(batch.front().wall_ns(), sink);
    for (const EventView& event : batch) {
      newest_ns_ = std::max(newest_ns_, event.wall_ns());
      alerting_.queries.See(event);
      alerting_.queries.Give(&alerting_.board, tell);
      alerting_.board.See(event, tell);
      alerting_.board.AdvanceTo(now_ns(), tell);
      if (TellsOfStream(event.type())) [[unlikely]]
        sink.Write(event);
    }
    alerting_.board.TellLosses(tell);
    if (++batches_ % kBatchesPerLook == 0) metrics_.Update(alerting_.board);
    seen_at_ns_ = SystemClock().Now().mono_ns;
    return {};
  }

  Status Finish(EventSink& sink) override {
    if (!kept_) {  // else what is open, and what waits, is kept for the next run
      const auto tell = TellTo(sink);
      alerting_.queries.Finish();
      alerting_.queries.Give(&alerting_.board, tell);
      alerting_.board.Finish(tell);
      alerting_.board.TellLosses(tell);
    }
    if (after_break_) TellKill(newest_ns_, sink);
    metrics_.Update(alerting_.board);
    if (const std::uint64_t late = alerting_.queries.late(); late > 0) {
      ReportWarning(fmt::format("{} events came too late for a window: --lateness waits for them", late));
    }
    if (const std::uint64_t other = alerting_.queries.in_other(); other > 0) {
      ReportWarning(fmt::format("{} events are in the group 'other': --groups keeps more", other));
    }
    return {};
  }

  // While no event comes, the events' own time goes on as the real one does, from the newest event on.
  std::uint64_t next_tick_ns() const override {
    if (!options_.real_clock || after_break_) return kNever;  // how much has gone by is not known
    const std::uint64_t due = alerting_.board.due_ns();
    std::uint64_t deadline = alerting_.queries.next_deadline_ns().value_or(kNever);
    if (due < kNever - options_.limits.lateness_ns) deadline = std::min(deadline, due + options_.limits.lateness_ns);
    if (deadline == kNever) return kNever;
    return seen_at_ns_ + (deadline > newest_ns_ ? deadline - newest_ns_ : 0);
  }

  Status Tick(EventSink& sink) override {
    const std::uint64_t now = SystemClock().Now().mono_ns;
    const auto tell = TellTo(sink);
    newest_ns_ += now - std::exchange(seen_at_ns_, now);
    alerting_.queries.AdvanceTo(newest_ns_);
    alerting_.queries.Give(&alerting_.board, tell);
    alerting_.board.AdvanceTo(now_ns(), tell);
    return {};
  }

  // The loop only polls when the input is idle.
  void AddPolls(std::vector<pollfd>*) override { metrics_.Update(alerting_.board); }
  void Describe(MetricSet* set) override {
    set_ = set;
    metrics_.Describe(alerting_.board, set);
  }

  // Windows that are open, and alerts that wait or fire, are not in the output.
  bool holds_back() override { return !kept_; }
  DurableState* state() override { return kept_ ? this : nullptr; }

  bool reloads() const override { return true; }
  Status Reload() override {
    auto reread = AlertingOf(options_);
    if (!reread.ok()) {
      ReportError(std::move(reread).status().WithContext(
          fmt::format("rules not reloaded, generation {} stays", alerting_.board.generation())));
      return {};
    }
    reread->queries.TakeOver(std::move(alerting_.queries));
    reread->board.TakeOver(alerting_.board);
    alerting_ = std::move(*reread);
    if (set_ != nullptr) metrics_.Describe(alerting_.board, set_);
    ReportNotice(fmt::format("read '{}' again: generation {}, {} alerts", options_.rules, alerting_.board.generation(),
                             alerting_.board.Tally().size()));
    return {};
  }

 private:
  const std::vector<FileMark>& marks() const override { return kept_->marks(); }
  Status Save(const std::vector<FileMark>& marks, int output) override {
    Packer packer;
    PackAlerts(alerting_.board.Keep(), &packer);
    packer.Put(newest_ns_);
    packer.Put(after_break_);
    alerting_.queries.Save(&packer);
    return kept_->Save(packer.Take(), marks, output);
  }

  Status Load(std::string_view state) {
    Unpacker unpacker(state);
    VEXEVT_ASSIGN(AlertBoard::Kept alerts, UnpackAlerts(&unpacker));
    newest_ns_ = unpacker.Get<std::uint64_t>();
    after_break_ = unpacker.Get<bool>();
    VEXEVT_TRY(alerting_.queries.Load(&unpacker));
    if (!unpacker.done()) return DataLoss("it is damaged");
    for (const std::string& name : alerting_.board.Restore(std::move(alerts))) {
      ReportNotice(fmt::format("alert '{}' is no more what it was: those that fired are resolved", name));
    }
    return {};
  }

  // What came between the run before and the first event of this one is not known; of one that was killed, from where
  // it had last kept its state.
  void SeeBreak(std::uint64_t until_ns, EventSink& sink) {
    const std::uint64_t since_ns = std::min(now_ns(), until_ns);
    alerting_.queries.SeeGap(since_ns, until_ns);
    alerting_.board.SeeGap(since_ns, until_ns);
    TellKill(until_ns, sink);
  }

  void TellKill(std::uint64_t at_ns, EventSink& sink) {
    if (!kept_->was_killed()) return;
    Add(ledger_->gaps, 1);
    Add(ledger_->unknown, 1);
    EventIds ids;
    sink.WriteMade(LostEvent({.cause = "stats alert: what a killed run had read after it last kept its state",
                              .since_ns = std::min(now_ns(), at_ns),
                              .boundary = Boundary::kAnalytics},
                             &ids, {.wall_ns = at_ns, .mono_ns = 0}));
  }

  static AlertBoard::Tell TellTo(EventSink& sink) {
    return [&sink](const Event& event) {
      if (!sink.full()) sink.WriteMade(event);
    };
  }

  // What is behind it may still come.
  std::uint64_t now_ns() const { return newest_ns_ - std::min(newest_ns_, options_.limits.lateness_ns); }

  static constexpr unsigned kBatchesPerLook = 16;

  const StatsOptions& options_;
  Ledger* const ledger_;
  Alerting alerting_;
  std::optional<KeptRun> kept_;
  bool after_break_ = false;  // no event has come yet since a run that this one does not go on from
  AlertMetrics metrics_;
  MetricSet* set_ = nullptr;
  unsigned batches_ = 0;
  std::uint64_t newest_ns_ = 0;
  std::uint64_t seen_at_ns_;  // by the monotonic clock, when the events' time was newest_ns_
};

}  // namespace

Result<ExitCode> RunAlert(const StatsOptions& options) {
  if (options.rules.empty()) return InvalidArgument("rules are wanted: -f RULES, see vexevt-alerts(5)");
  VEXEVT_ASSIGN(Alerting alerting, AlertingOf(options));
  if (options.check) return ExitCode::kDone;
  CommonOptions common = options.common;
  if (common.fields.empty()) common.fields = kColumns;
  if (!options.state.empty()) common.checkpoint_interval_ns = kStateInterval;
  Ledger ledger;
  AlertStep step(options, std::move(alerting), &ledger);
  VEXEVT_TRY(step.Open());
  return RunPipeline(kStatsTool, common, step, ledger);
}

}  // namespace vexevt
