#include "cmd/vexevt-stats/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmd/vexevt-stats/alert_metrics.h"
#include "cmd/vexevt-stats/alert_queries.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"

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

class AlertStep final : public Step {
 public:
  AlertStep(const StatsOptions& options, Alerting alerting)
      : options_(options), alerting_(std::move(alerting)), seen_at_ns_(SystemClock().Now().mono_ns) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    const auto tell = TellTo(sink);
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
    const auto tell = TellTo(sink);
    alerting_.queries.Finish();
    alerting_.queries.Give(&alerting_.board, tell);
    alerting_.board.Finish(tell);
    alerting_.board.TellLosses(tell);
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
    if (!options_.real_clock) return kNever;
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
  bool holds_back() override { return true; }

  bool reloads() const override { return true; }
  Status Reload() override {
    auto reread = AlertingOf(options_);
    if (!reread.ok()) {
      ReportError(std::move(reread).status().WithContext(
          fmt::format("rules not reloaded, generation {} stays", alerting_.board.generation())));
      return {};
    }
    reread->queries.TakeOver(std::move(alerting_.queries));
    reread->board.TakeOver(std::move(alerting_.board));
    alerting_ = std::move(*reread);
    if (set_ != nullptr) metrics_.Describe(alerting_.board, set_);
    ReportNotice(fmt::format("read '{}' again: generation {}, {} alerts", options_.rules, alerting_.board.generation(),
                             alerting_.board.Tally().size()));
    return {};
  }

 private:
  static AlertBoard::Tell TellTo(EventSink& sink) {
    return [&sink](const Event& event) {
      if (!sink.full()) sink.WriteMade(event);
    };
  }

  // What is behind it may still come.
  std::uint64_t now_ns() const { return newest_ns_ - std::min(newest_ns_, options_.limits.lateness_ns); }

  static constexpr unsigned kBatchesPerLook = 16;

  const StatsOptions& options_;
  Alerting alerting_;
  AlertMetrics metrics_;
  MetricSet* set_ = nullptr;
  unsigned batches_ = 0;
  std::uint64_t newest_ns_ = 0;
  std::uint64_t seen_at_ns_;  // by the monotonic clock, when the events' time was newest_ns_
};

}  // namespace

Result<ExitCode> RunAlert(const StatsOptions& options) {
  if (options.rules.empty()) return InvalidArgument("rules are wanted: -r RULES, see vexevt-alerts(5)");
  VEXEVT_ASSIGN(Alerting alerting, AlertingOf(options));
  if (options.check) return ExitCode::kDone;
  CommonOptions common = options.common;
  if (common.fields.empty()) common.fields = kColumns;
  Ledger ledger;
  AlertStep step(options, std::move(alerting));
  return RunPipeline(kStatsTool, common, step, ledger);
}

}  // namespace vexevt
