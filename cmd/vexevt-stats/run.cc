#include "cmd/vexevt-stats/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cmd/vexevt-stats/alert.h"
#include "cmd/vexevt-stats/backtest.h"
#include "cmd/vexevt-stats/list_alerts.h"
#include "cmd/vexevt-stats/live.h"
#include "cmd/vexevt-stats/merge.h"
#include "cmd/vexevt-stats/profile.h"
#include "cmd/vexevt-stats/window_writer.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/stats/backtest_result.h"
#include "lib/stats/group_forecast.h"
#include "lib/stats/model_file.h"
#include "lib/stats/result.h"
#include "lib/stats/rollup.h"
#include "lib/stats/watcher.h"

namespace vexevt {
namespace {

// The options are other words for the end of a query.
std::string QueryText(const StatsOptions& options) {
  std::string text = options.query;
  if (!options.by.empty()) text += " by " + options.by;
  if (!options.every.empty()) text += " every " + options.every;
  if (!options.over.empty()) text += " over " + options.over;
  if (!options.session.empty()) text += " session gap " + options.session;
  return text;
}

Result<std::unique_ptr<Rollup>> RollupOf(const StatsOptions& options) {
  if (options.query.empty()) return InvalidArgument("a query is wanted, like 'count by type'");
  auto query = ParseStatsQuery(QueryText(options));
  auto rollup = query.ok() ? Rollup::Compile(std::move(*query), options.limits) : std::move(query).status();
  if (!rollup.ok()) return InvalidArgument("query:" + rollup.status().message());
  return rollup;
}

Status CheckBacktest(const StatsOptions& options, const StatsQuery& query) {
  if (!options.backtest) return {};
  if (std::ranges::find(query.watches, WatchKind::kForecast, &Watch::kind) == query.watches.end()) {
    return InvalidArgument("--backtest: the query has no forecast");
  }
  if (!options.model.empty()) return InvalidArgument("--backtest and --model exclude each other");
  if (options.states) return InvalidArgument("--backtest and --partials exclude each other");
  if (options.partial_ns > 0) return InvalidArgument("--backtest and --partial exclude each other");
  if (options.draws()) return InvalidArgument("--backtest draws nothing");
  return {};
}

// Null where the query has no watch.
Result<std::unique_ptr<Watcher>> WatcherOf(const StatsOptions& options, const StatsQuery& query) {
  std::unique_ptr<Watcher> watcher;
  if (query.watches.empty()) {
    if (!options.model.empty()) return InvalidArgument("--model: the query has no anomaly, change or forecast");
    return watcher;
  }
  VEXEVT_TRY(CheckTargets(query));
  if (options.states && !options.model.empty()) return InvalidArgument("--partials and --model exclude each other");
  watcher = std::make_unique<Watcher>(query, options.most_models, options.backtest);
  if (!options.model.empty() && !options.check) VEXEVT_TRY(LoadModels(options.model, watcher.get()));
  return watcher;
}

class StatsStep final : public Step {
 public:
  StatsStep(const StatsOptions& options, std::unique_ptr<Rollup> rollup, std::unique_ptr<Watcher> watcher,
            const Ledger* ledger)
      : options_(options),
        ledger_(ledger),
        rollup_(std::move(rollup)),
        watcher_(std::move(watcher)),
        writer_(rollup_->query(), rollup_->plan(), options, watcher_.get()),
        seen_at_ns_(SystemClock().Now().mono_ns) {
    if (options.backtest) backtest_.emplace(rollup_->query(), rollup_->plan(), *watcher_);
  }

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    const auto tell = TellTo(sink);
    while (!batch.empty()) {
      // Up to one that is passed on, which stands behind the windows that ended before it.
      const auto end = std::ranges::find_if(batch, [](const EventView& event) { return TellsOfStream(event.type()); });
      const auto size = static_cast<std::size_t>(end - batch.begin()) + (end != batch.end());
      rollup_->See(batch.first(size), tell);
      if (end != batch.end() && sink.format() != Format::kText) sink.Write(*end);
      batch = batch.subspan(size);
    }
    TellPartial(tell);
    Count();
    seen_at_ns_ = SystemClock().Now().mono_ns;
    return writer_.TakeFailure();
  }

  Status Finish(EventSink& sink) override {
    rollup_->Finish(TellTo(sink));
    if (backtest_) backtest_->Write(sink);
    Count();
    std::vector<std::string> notes;
    if (rollup_->late() > 0) {
      notes.push_back(fmt::format("{} events came too late for a window: --lateness waits for them", rollup_->late()));
    }
    if (rollup_->in_other() > 0) {
      notes.push_back(
          fmt::format("{} events are in the group 'other', as there are more than {} groups: --groups keeps more",
                      rollup_->in_other(), options_.limits.most_groups));
    }
    if (watcher_ != nullptr && watcher_->forgotten() > 0) {
      notes.push_back(fmt::format("models of {} groups were forgotten: --models keeps more", watcher_->forgotten()));
    }
    for (const std::string& note : notes) ReportWarning(note);
    if (Get(ledger_->gaps) > 0) {
      notes.push_back(fmt::format("events are missing: {}{} in {} gaps", Get(ledger_->unknown) > 0 ? ">=" : "",
                                  Get(ledger_->lost), Get(ledger_->gaps)));
    }
    VEXEVT_TRY(writer_.Finish(notes, sink));
    return options_.model.empty() ? Status() : SaveModels(options_.model, *watcher_);
  }

  // While no event comes, the events' own time goes on as the real one does, from the newest event on.
  std::uint64_t next_tick_ns() const override {
    const auto deadline = options_.real_clock ? rollup_->next_deadline_ns() : std::nullopt;
    if (!deadline) return kNever;
    const std::uint64_t newest = rollup_->newest_ns();
    return seen_at_ns_ + (*deadline > newest ? *deadline - newest : 0);
  }

  Status Tick(EventSink& sink) override {
    const std::uint64_t now = SystemClock().Now().mono_ns;
    const auto tell = TellTo(sink);
    rollup_->AdvanceTo(rollup_->newest_ns() + (now - std::exchange(seen_at_ns_, now)), tell);
    TellPartial(tell);
    return writer_.TakeFailure();
  }

  // Windows that are open are not in the output yet.
  bool holds_back() override { return true; }

  void Describe(MetricSet* set) override {
    set->Add({.name = "vexevt_stats_late_total", .help = "events that came too late for a window", .value = &late_});
    set->Add({.name = "vexevt_stats_other_total", .help = "events in the group other", .value = &other_});
    if (watcher_ == nullptr) return;
    set->Add(
        {.name = "vexevt_stats_anomalies_total", .help = "what anomaly and change have found", .value = &anomalies_});
  }

 private:
  Rollup::TellWindow TellTo(EventSink& sink) {
    return [this, &sink](const ToldWindow& window) {
      if (backtest_) return backtest_->See(window);
      writer_.Write(window, sink);
    };
  }

  void TellPartial(const Rollup::TellWindow& tell) {
    if (options_.partial_ns == 0) return;
    const std::uint64_t step = rollup_->newest_ns() / options_.partial_ns;
    if (step != std::exchange(partial_step_, step)) rollup_->TellPartial(tell);
  }

  void Count() {
    late_.store(rollup_->late(), std::memory_order_relaxed);
    other_.store(rollup_->in_other(), std::memory_order_relaxed);
    if (watcher_ != nullptr) anomalies_.store(watcher_->anomalies(), std::memory_order_relaxed);
  }

  const StatsOptions& options_;
  const Ledger* const ledger_;
  const std::unique_ptr<Rollup> rollup_;
  const std::unique_ptr<Watcher> watcher_;  // null where the query has no watch
  WindowWriter writer_;
  std::optional<BacktestWriter> backtest_;  // in place of writer_
  std::uint64_t partial_step_ = 0;
  std::uint64_t seen_at_ns_;  // by the monotonic clock, when the events' time was newest_ns()
  Counter late_{0}, other_{0}, anomalies_{0};
};

}  // namespace

Result<ExitCode> RunStats(const StatsOptions& options) {
  if (options.merge) return RunMerge(options);
  if (options.alert) return RunAlert(options);
  if (options.lists_alerts) return ListAlertsOf(options.alert_list);
  if (options.profiles) return RunProfile(options.profile);
  if (options.once && !options.live) return InvalidArgument("--once goes with --live");
  if (options.live) return RunLive(options, QueryText(options));
  VEXEVT_ASSIGN(std::unique_ptr<Rollup> rollup, RollupOf(options));
  if (options.states && !HasMergeableWindows(rollup->query())) {
    return InvalidArgument("--partials: windows of so many events are each stream's own, and can't be merged");
  }
  if (options.states && options.partial_ns > 0) return InvalidArgument("--partials and --partial exclude each other");
  VEXEVT_ASSIGN(CommonOptions common, CommonOptionsOf(options));
  if (options.plot == PlotKind::kHistogram && !HasHistogram(rollup->query())) {
    return InvalidArgument("--plot histogram: there is no histogram(FIELD) in the query");
  }
  VEXEVT_TRY(CheckBacktest(options, rollup->query()));
  VEXEVT_ASSIGN(std::unique_ptr<Watcher> watcher, WatcherOf(options, rollup->query()));
  if (options.check) return ExitCode::kDone;
  if (common.fields.empty()) {
    common.fields = options.backtest ? BacktestFields(rollup->query()) : ResultFields(rollup->query());
  }
  Ledger ledger;
  StatsStep step(options, std::move(rollup), std::move(watcher), &ledger);
  return RunPipeline(kStatsTool, common, step, ledger);
}

}  // namespace vexevt
