#include "cmd/vexevt-stats/run.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "cmd/vexevt-stats/live.h"
#include "cmd/vexevt-stats/merge.h"
#include "cmd/vexevt-stats/window_writer.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/stats/result.h"
#include "lib/stats/rollup.h"

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

class StatsStep final : public Step {
 public:
  StatsStep(const StatsOptions& options, std::unique_ptr<Rollup> rollup)
      : options_(options),
        rollup_(std::move(rollup)),
        writer_(rollup_->query(), rollup_->plan(), options.name, options.states),
        seen_at_ns_(SystemClock().Now().mono_ns) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    const auto tell = TellTo(sink);
    for (const EventView& event : batch) {
      rollup_->See(event, tell);
      if (TellsOfStream(event.type()) && sink.format() != Format::kText) [[unlikely]]
        sink.Write(event);
    }
    TellPartial(tell);
    Count();
    seen_at_ns_ = SystemClock().Now().mono_ns;
    return writer_.TakeFailure();
  }

  Status Finish(EventSink& sink) override {
    rollup_->Finish(TellTo(sink));
    Count();
    if (rollup_->late() > 0) {
      ReportWarning(fmt::format("{} events came too late for a window: --lateness waits for them", rollup_->late()));
    }
    if (rollup_->in_other() > 0) {
      ReportWarning(
          fmt::format("{} events are in the group 'other', as there are more than {} groups: --groups keeps more",
                      rollup_->in_other(), options_.limits.most_groups));
    }
    return writer_.TakeFailure();
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
  }

 private:
  Rollup::TellWindow TellTo(EventSink& sink) {
    return [this, &sink](const ToldWindow& window) { writer_.Write(window, sink); };
  }

  void TellPartial(const Rollup::TellWindow& tell) {
    if (options_.partial_ns == 0) return;
    const std::uint64_t step = rollup_->newest_ns() / options_.partial_ns;
    if (step != std::exchange(partial_step_, step)) rollup_->TellPartial(tell);
  }

  void Count() {
    late_.store(rollup_->late(), std::memory_order_relaxed);
    other_.store(rollup_->in_other(), std::memory_order_relaxed);
  }

  const StatsOptions& options_;
  const std::unique_ptr<Rollup> rollup_;
  WindowWriter writer_;
  std::uint64_t partial_step_ = 0;
  std::uint64_t seen_at_ns_;  // by the monotonic clock, when the events' time was newest_ns()
  Counter late_{0}, other_{0};
};

}  // namespace

Result<ExitCode> RunStats(const StatsOptions& options) {
  if (options.merge) return RunMerge(options);
  if (options.once && !options.live) return InvalidArgument("--once goes with --live");
  if (options.live) return RunLive(options, QueryText(options));
  VEXEVT_ASSIGN(std::unique_ptr<Rollup> rollup, RollupOf(options));
  if (options.states && !HasMergeableWindows(rollup->query())) {
    return InvalidArgument("--partials: windows of so many events are each stream's own, and can't be merged");
  }
  if (options.states && options.partial_ns > 0) return InvalidArgument("--partials and --partial exclude each other");
  if (options.check) return ExitCode::kDone;
  CommonOptions common = options.common;
  if (common.fields.empty()) common.fields = ResultFields(rollup->query());
  Ledger ledger;
  StatsStep step(options, std::move(rollup));
  return RunPipeline(kStatsTool, common, step, ledger);
}

}  // namespace vexevt
