#include "cmd/vexevt-correlate/run.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "cmd/vexevt-correlate/graph.h"
#include "cmd/vexevt-correlate/import_sigma.h"
#include "cmd/vexevt-correlate/metrics.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/kept_run.h"
#include "lib/cli/pipeline.h"
#include "lib/correlate/correlator.h"
#include "lib/event/lost_event.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

constexpr StateFile kStateFile{"correlate.state", {"vexevt correlate state", "1", "the state of vexevt-correlate"}};

Result<PatternsFile> PatternsOf(const CorrelateOptions& options) {
  if (!options.patterns.empty()) {
    if (!options.match.empty()) return InvalidArgument("-e and -f exclude each other");
    if (options.shaped) {
      return InvalidArgument("--by, --within, --skip, --suppress and --name go with -e: with -f the file says it");
    }
    return ReadPatterns(options.patterns);
  }
  if (options.match.empty()) return InvalidArgument("a pattern is wanted: -e PATTERN, or -f PATTERNS");
  PatternsFile file;
  PlacedPattern& placed = file.patterns.emplace_back();
  placed.pattern = options.pattern;
  placed.match.text = options.match;
  if (Status status = ParsePatternText(options.match, &placed.pattern); !status.ok()) {
    return ErrorInPattern(file, placed, status);
  }
  VEXEVT_TRY(CheckPattern(placed.pattern));
  return file;
}

Result<Correlator> CorrelatorOf(const CorrelateOptions& options) {
  VEXEVT_ASSIGN(PatternsFile file, PatternsOf(options));
  VEXEVT_ASSIGN(Correlator correlator, Correlator::Compile(file));
  correlator.set_lateness(options.lateness_ns);
  return correlator;
}

class CorrelateStep final : public Step, private DurableState {
 public:
  CorrelateStep(const CorrelateOptions& options, Correlator correlator, Ledger* ledger)
      : options_(options),
        ledger_(ledger),
        correlator_(std::move(correlator)),
        seen_at_ns_(SystemClock().Now().mono_ns) {}

  // What the options name beside the stream. Before anything else.
  Status Open() {
    if (!options_.state.empty()) {
      VEXEVT_ASSIGN(kept_, KeptRun::Open(options_.common, options_.state, kStateFile));
      VEXEVT_TRY(TakeUpState());
    }
    if (!options_.late.empty()) {
      if (options_.late == options_.common.output) {
        return InvalidArgument(fmt::format("'{}' can't be both the output and the one of late events", options_.late));
      }
      VEXEVT_ASSIGN(late_, OpenOutput(options_.late, options_.common.inputs));
      SendLate();
    }
    return {};
  }

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    TellGap(sink);
    const auto tell = TellTo(sink);
    for (const EventView& event : batch) {
      correlator_.See(event, tell);
      if (TellsOfStream(event.type())) [[unlikely]]
        sink.Write(event);
    }
    correlator_.TellLosses(tell);
    if (++batches_ % kBatchesPerLook == 0) metrics_.Update(correlator_);
    seen_at_ns_ = SystemClock().Now().mono_ns;
    return FlushLate();
  }

  Status Finish(EventSink& sink) override {
    TellGap(sink);
    // With state what is held is kept with it, in case that the next run has what belongs before it.
    if (!kept_) correlator_.Finish(TellTo(sink));
    metrics_.Update(correlator_);
    VEXEVT_TRY(FlushLate());
    if (!late_) return {};
    if (kept_) VEXEVT_TRY(late_->Sync());
    return late_->Close();
  }

  // While no event comes, the events' own time goes on as the real one does, from the newest event on.
  std::uint64_t next_tick_ns() const override {
    const auto deadline = options_.real_clock ? correlator_.next_deadline_ns() : std::nullopt;
    if (!deadline) return kNever;
    const std::uint64_t newest = correlator_.newest_ns();
    return seen_at_ns_ + (*deadline > newest ? *deadline - newest : 0);
  }

  Status Tick(EventSink& sink) override {
    TellGap(sink);
    const std::uint64_t now = SystemClock().Now().mono_ns;
    correlator_.AdvanceTo(correlator_.newest_ns() + (now - std::exchange(seen_at_ns_, now)), TellTo(sink));
    return FlushLate();
  }

  // The loop only polls when the input is idle.
  void AddPolls(std::vector<pollfd>*) override { metrics_.Update(correlator_); }
  void Describe(MetricSet* set) override {
    set_ = set;
    metrics_.Describe(correlator_, set_);
  }

  // What is held, and partial matches, would be lost if a run went on behind what they rest on.
  bool holds_back() override {
    if (kept_) return false;
    for (const PatternTally& tally : correlator_.Tally()) {
      if (tally.partials > 0) return true;
    }
    return options_.lateness_ns > 0;
  }

  DurableState* state() override { return kept_ ? this : nullptr; }

  bool reloads() const override { return !options_.patterns.empty(); }
  Status Reload() override {
    auto reread = CorrelatorOf(options_);
    if (!reread.ok()) {
      ReportError(std::move(reread).status().WithContext(
          fmt::format("patterns not reloaded, generation {} stays", correlator_.generation())));
      return {};
    }
    VEXEVT_TRY(reread->Inherit(correlator_));
    correlator_ = std::move(*reread);
    if (late_) SendLate();
    if (set_ != nullptr) metrics_.Describe(correlator_, set_);
    ReportNotice(fmt::format("read '{}' again: generation {}, {} patterns", options_.patterns, correlator_.generation(),
                             correlator_.Tally().size()));
    return {};
  }

 private:
  const std::vector<FileMark>& marks() const override { return kept_->marks(); }
  Status Save(const std::vector<FileMark>& marks, int output) override {
    const bool running = output >= 0;
    if (late_ && running) VEXEVT_TRY(late_->Sync());
    Packer packer;
    correlator_.Save(&packer);
    return kept_->Save(packer.Take(), marks, output);
  }

  static Correlator::TellEvent TellTo(EventSink& sink) {
    return [&sink](const Event& event) {
      if (!sink.full()) sink.WriteMade(event);
    };
  }

  Status TakeUpState() {
    if (const std::string state = kept_->TakeState(); !state.empty()) {
      Unpacker unpacker(state);
      auto changed = correlator_.Load(&unpacker);
      if (!changed.ok()) {
        return std::move(changed).status().WithContext("cannot go on from '" + options_.state + "'");
      }
      for (const std::string& name : *changed) {
        ReportNotice(fmt::format("pattern '{}' is no more what it was: what it had kept is dropped", name));
      }
    }
    gap_ = kept_->was_killed() && !kept_->goes_on();
    if (gap_) correlator_.SeeGap();
    return kept_->CutOutput(options_.common);
  }

  // What a run that was killed had read behind its last checkpoint is not in the state.
  void TellGap(EventSink& sink) {
    if (!std::exchange(gap_, false)) return;
    Add(ledger_->gaps, 1);
    Add(ledger_->unknown, 1);
    EventIds ids;
    sink.WriteMade(LostEvent({.cause = "correlate: what a killed run had read after it last kept its state",
                              .since_ns = correlator_.newest_ns(),
                              .boundary = Boundary::kAnalytics},
                             &ids));
  }

  void SendLate() {
    correlator_.set_late([this](const EventView& event) {
      if (late_failure_.ok()) late_failure_ = late_->Append(event.frame());
    });
  }

  Status FlushLate() {
    if (late_ && late_failure_.ok()) late_failure_ = late_->Flush();
    return std::exchange(late_failure_, Status());
  }

  static constexpr unsigned kBatchesPerLook = 16;

  const CorrelateOptions& options_;
  Ledger* const ledger_;
  Correlator correlator_;
  std::optional<KeptRun> kept_;
  bool gap_ = false;  // to be told
  std::optional<StreamWriter> late_;
  Status late_failure_;
  CorrelateMetrics metrics_;
  MetricSet* set_ = nullptr;
  unsigned batches_ = 0;
  std::uint64_t seen_at_ns_;  // by the monotonic clock, when the events' time was newest_ns()
};

// What is asked for has to be what -f takes.
Status CheckPatterns(std::string text, std::string file) {
  VEXEVT_ASSIGN(PatternsFile patterns, ParsePatterns(std::move(text), std::move(file)));
  return Correlator::Compile(patterns).status();
}

}  // namespace

Result<ExitCode> RunCorrelate(const CorrelateOptions& options) {
  if (options.graph.wanted) return RunGraph(options);
  if (!options.sigma_rules.empty()) return RunImportSigma(options);
  if (options.ask.asked) return RunAsk(options.ask, RuleKind::kPattern, {&CheckPatterns, &CheckPatterns});
  VEXEVT_ASSIGN(Correlator correlator, CorrelatorOf(options));
  if (options.check) return ExitCode::kDone;
  Ledger ledger;
  CorrelateStep step(options, std::move(correlator), &ledger);
  CommonOptions common = options.common;
  if (!options.state.empty()) common.checkpoint_interval_ns = kStateInterval;
  VEXEVT_TRY(step.Open());
  return RunPipeline(kCorrelateTool, common, step, ledger);
}

}  // namespace vexevt
