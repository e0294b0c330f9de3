#include "cmd/vexevt-filter/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "cmd/vexevt-filter/command_rules.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/cli/rule_metrics.h"
#include "lib/filter/examples.h"
#include "lib/filter/explain.h"
#include "lib/filter/filter.h"
#include "lib/filter/ignore_files.h"
#include "lib/filter/redact.h"
#include "lib/io/full.h"
#include "lib/rules/background_load.h"
#include "lib/rules/given_event.h"
#include "lib/rules/lint.h"
#include "lib/rules/rule_profile.h"
#include "lib/stream/delay_queue.h"

namespace vexevt {
namespace {

std::string RedactionKey() {
  const char* key = std::getenv("VEXEVT_REDACTION_KEY");
  return key ? key : "";
}

Result<std::optional<IgnoreFiles>> IgnoredBy(const FilterOptions& options) {
  if (options.ignore_files.empty()) return std::optional<IgnoreFiles>();
  VEXEVT_ASSIGN(IgnoreFiles ignored, IgnoreFiles::Load(options.ignore_files));
  return std::optional(std::move(ignored));
}

// What a reload reads again.
struct Rules {
  Filter filter;
  std::optional<IgnoreFiles> ignored;
};

Result<Rules> LoadRules(const FilterOptions& options, const std::string& redaction_key) {
  Rules rules;
  VEXEVT_ASSIGN(rules.filter, FilterOf(options, redaction_key));
  VEXEVT_ASSIGN(rules.ignored, IgnoredBy(options));
  return rules;
}

class FilterStep final : public Step {
 public:
  FilterStep(const FilterOptions& options, Rules rules, const Ledger& ledger)
      : options_(options),
        ledger_(ledger),
        loader_([&options, key = RedactionKey()] { return LoadRules(options, key); }),
        filter_(std::move(rules.filter)),
        ignored_(std::move(rules.ignored)),
        redactor_(RedactionKey()),
        delayed_(options.delay_bytes) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    const bool silent = options_.common.quiet || options_.count_only;
    for (const EventView& event : batch) {
      if (delayed_.size() > 0) [[unlikely]]
        GiveDue(event.wall_ns(), sink);
      if (ignored_ && Ignores(event)) continue;
      const FilterRule* rule = filter_.Decide(event);
      if (!rule) continue;
      kept_ += !TellsOfStream(event.type());
      if (silent) continue;
      if (rule->delay_ns == 0 && !rule->changes()) [[likely]] {
        sink.Write(event);
      } else {
        VEXEVT_TRY(WriteChanged(*rule, event, sink));
      }
    }
    if (profile_) [[unlikely]]
      profile_->Look(batch);
    if (++batches_ % kBatchesPerLook == 0) ShowRules();
    if (loader_.ready()) [[unlikely]]
      TakeRules();
    return {};
  }

  // Whoever asks for metrics or signals sees what is counted by now.
  void AddPolls(std::vector<pollfd>* polls) override {
    ShowRules();
    polls->push_back({.fd = loader_.fd(), .events = POLLIN, .revents = 0});
  }

  Status Finish(EventSink& sink) override {
    GiveDue(kNever, sink);
    ShowRules();
    if (!options_.count_only) return {};
    std::string line = fmt::format("{}{}\n", ledger_.lossy() ? ">=" : "", kept_);
    return WriteAll(STDOUT_FILENO, AsBytes(line), "standard output");
  }

  bool holds_back() override { return delayed_.size() > 0 || AnswersAtEnd(); }

  // What is held back is due by the real clock too, when no event comes to say how late it is.
  std::uint64_t next_tick_ns() const override {
    auto due = delayed_.next_due_ns();
    if (!due) return kNever;
    Instant now = SystemClock().Now();
    return now.mono_ns + (*due > now.wall_ns ? *due - now.wall_ns : 0);
  }
  Status Tick(EventSink& sink) override {
    GiveDue(SystemClock().Now().wall_ns, sink);
    TakeRules();
    return {};
  }

  // With a checkpoint the answer is for all that is new, not for what happened to be read until it was known.
  bool done() const override {
    return options_.common.quiet && kept_ > 0 && !options_.assert_none && !options_.assert_some &&
           options_.common.checkpoint.empty();
  }

  bool reloads() const override { return !options_.rules.empty() || !options_.ignore_files.empty(); }
  bool reloading() const override { return loader_.busy(); }
  Status Reload() override {
    loader_.Start();
    return {};
  }

  void Describe(MetricSet* metrics) override {
    metrics_ = metrics;
    metrics_->Add({.name = "vexevt_delay_early_total",
                   .help = "delayed events that went out before their time, as memory was used up",
                   .value = &early_});
    if (reloads()) {
      metrics_->Add({.name = "vexevt_rules_generation",
                     .help = "how often rules came into force: 1 since the start, one more with each reload",
                     .kind = MetricKind::kGauge,
                     .value = &generation_});
    }
    StartRules();  // last: there may be more than are shown
  }

  std::uint64_t kept() const { return kept_; }

  void ReportProfile() const {
    if (profile_) WriteReport(profile_->Table(filter_.Tally()));
  }

 private:
  static constexpr unsigned kBatchesPerLook = 16;

  bool AnswersAtEnd() const {
    return options_.count_only || options_.common.quiet || options_.assert_none || options_.assert_some;
  }

  // What was compiled beside the traffic comes into force, between two events.
  void TakeRules() {
    auto rules = loader_.Take();
    if (!rules) return;
    if (!rules->ok()) {
      ReportError(std::move(*rules).status().WithContext(
          fmt::format("rules not reloaded, generation {} stays", Get(generation_))));
      return;
    }
    if (!options_.rules.empty()) {
      filter_ = std::move((**rules).filter);
      StartRules();
    }
    ignored_ = std::move((**rules).ignored);
    Add(generation_, 1);
    const std::string& file = options_.rules.empty() ? options_.ignore_files.front() : options_.rules;
    ReportNotice(
        fmt::format("read '{}' again: generation {}, {} rules", file, Get(generation_), filter_.rules().size()));
  }

  bool Ignores(const EventView& event) {
    const std::string_view path = event.path(), path2 = event.path2();
    const bool directory = (event.flags() & kFlagDirectory) != 0;
    return !path.empty() && ignored_->Ignores(path, directory) &&
           (path2.empty() || ignored_->Ignores(path2, directory));
  }

  Status WriteChanged(const FilterRule& rule, const EventView& event, EventSink& sink) {
    std::span<const std::byte> frame = event.frame();
    if (rule.changes()) {
      VEXEVT_ASSIGN(frame, redactor_.Redact(event, rule.redact, rule.mark));
    }
    if (rule.delay_ns > 0) {
      delayed_.Add(event.wall_ns() + rule.delay_ns, frame,
                   [&](std::span<const std::byte> earliest) { sink.WriteChanged(earliest); });
      return {};
    }
    sink.WriteChanged(frame);
    return {};
  }

  void GiveDue(std::uint64_t now_ns, EventSink& sink) {
    delayed_.TakeDue(now_ns, [&](std::span<const std::byte> frame) { sink.WriteChanged(frame); });
  }

  // Of one expression that keeps nothing in mind, and whose cost isn't asked for, the ledger has all there is to show.
  bool shows_rules() const {
    return metrics_ != nullptr &&
           (!options_.rules.empty() || options_.profile_rules || options_.shape.dedupe || options_.shape.limit);
  }

  void StartRules() {
    if (options_.profile_rules) profile_.emplace(filter_.Tally(), SystemClock());
    if (!shows_rules()) return;
    std::vector<std::string_view> names;
    for (const FilterRule& rule : filter_.rules()) names.push_back(rule.name);
    rule_metrics_.Describe(names, options_.profile_rules, metrics_);
    ShowRules();
  }

  void ShowRules() {
    if (delayed_.early() > 0 && Get(early_) == 0) {
      ReportWarning(
          "more is delayed than memory is given to: the earliest events go out before their time, see --delay-max");
    }
    early_.store(delayed_.early(), std::memory_order_relaxed);
    if (!shows_rules()) return;
    const std::vector<FilterRule>& rules = filter_.rules();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      rule_metrics_.Update(i, {rules[i].held, rules[i].refused, rules[i].admission.evicted()});
    }
    if (!profile_) return;
    const std::vector<RuleProfile::Cost> costs = profile_->Costs(filter_.Tally());
    for (std::size_t i = 0; i < costs.size(); ++i) rule_metrics_.UpdateCost(i, costs[i].looked_at, costs[i].ns);
  }

  const FilterOptions& options_;
  const Ledger& ledger_;
  MetricSet* metrics_ = nullptr;
  RuleMetrics rule_metrics_;
  Counter generation_{1}, early_{0};
  BackgroundLoad<Result<Rules>> loader_;
  Filter filter_;
  std::optional<IgnoreFiles> ignored_;
  Redactor redactor_;
  DelayQueue delayed_;
  std::optional<RuleProfile> profile_;
  unsigned batches_ = 0;
  std::uint64_t kept_ = 0;
};

Result<ExitCode> CheckRules(const std::string& file) {
  if (file.empty()) return ExitCode::kDone;
  VEXEVT_ASSIGN(RulesFile rules, ReadRules(file));
  for (const std::string& warning : Lint(rules)) ReportWarning(warning);
  return ExitCode::kDone;
}

Result<ExitCode> PrintExplanation(const Filter& filter, const std::string& event) {
  VEXEVT_ASSIGN(std::vector<std::byte> frame, LoadEvent(event));
  EventView view;
  EventView::Bind(frame, &view);  // always holds: LoadEvent has seen to that
  VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(ExplainFilter(filter, view)), "standard output"));
  return ExitCode::kDone;
}

Result<ExitCode> TestRules(const Filter& filter, const FilterOptions& options) {
  if (!options.ignore_files.empty()) return InvalidArgument("--test is for rules: leave out --ignore-file");
  VEXEVT_ASSIGN(ExamplesOutcome outcome, TestFilter(filter, options.test));
  VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(outcome.failures), "standard output"));
  ReportDetail(fmt::format("{} of {} cases as they should be", outcome.cases - outcome.failed, outcome.cases));
  return outcome.failed == 0 ? ExitCode::kDone : ExitCode::kNegative;
}

}  // namespace

Result<ExitCode> RunFilter(const FilterOptions& options) {
  VEXEVT_ASSIGN(Rules rules, LoadRules(options, RedactionKey()));
  if (!options.explain.empty()) return PrintExplanation(rules.filter, options.explain);
  if (!options.test.empty()) return TestRules(rules.filter, options);
  if (options.check) return CheckRules(options.rules);
  CommonOptions common = options.common;
  common.inputs = InputsOf(options);
  // Nothing is written then, so the stream ends here, as it does in a form for people.
  if (common.quiet || options.count_only) common.format = Format::kText;
  Ledger ledger;
  FilterStep step(options, std::move(rules), ledger);
  Result<ExitCode> done = RunPipeline(kFilterTool, common, step, ledger);
  step.ReportProfile();
  VEXEVT_ASSIGN(ExitCode code, std::move(done));
  bool negative = (options.common.quiet && step.kept() == 0 && !options.assert_none) ||
                  (options.assert_some && step.kept() == 0) ||
                  (options.assert_none && (step.kept() > 0 || ledger.lossy()));
  if (options.assert_none && step.kept() == 0 && ledger.lossy()) {
    ReportError("nothing was kept, but events were lost: not certain");
  }
  return negative ? JudgeLoss(ExitCode::kNegative, common, ledger) : code;
}

}  // namespace vexevt
