#include "cmd/vexevt-filter/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <vector>

#include "cmd/vexevt-filter/command_rules.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/filter/delay_queue.h"
#include "lib/filter/filter.h"
#include "lib/filter/redact.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

std::string RedactionKey() {
  const char* key = std::getenv("VEXEVT_REDACTION_KEY");
  return key ? key : "";
}

class FilterStep final : public Step {
 public:
  FilterStep(const FilterOptions& options, Filter filter, const Ledger& ledger)
      : options_(options), ledger_(ledger), filter_(std::move(filter)), redactor_(RedactionKey()) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    const bool silent = options_.common.quiet || options_.count_only;
    for (const EventView& event : batch) {
      if (delayed_.size() > 0) [[unlikely]]
        GiveDue(event.wall_ns(), sink);
      const FilterRule* rule = filter_.Decide(event);
      if (!rule) continue;
      kept_ += !TellsOfStream(event.type());
      if (silent) continue;
      if (rule->delay_ns == 0 && rule->redact.empty()) [[likely]] {
        sink.Write(event);
      } else {
        VEXEVT_TRY(WriteChanged(*rule, event, sink));
      }
    }
    for (std::size_t i = 0; i < rule_counters_.size(); ++i) {
      rule_counters_[i].held.store(filter_.rules()[i].held, std::memory_order_relaxed);
      rule_counters_[i].refused.store(filter_.rules()[i].refused, std::memory_order_relaxed);
    }
    return {};
  }

  Status Finish(EventSink& sink) override {
    GiveDue(kNever, sink);
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
    return {};
  }

  // With a checkpoint the answer is for all that is new, not for what happened to be read until it was known.
  bool done() const override {
    return options_.common.quiet && kept_ > 0 && !options_.assert_none && !options_.assert_some &&
           options_.common.checkpoint.empty();
  }

  bool reloads() const override { return !options_.rules.empty(); }
  Status Reload() override {
    auto filter = Load(options_);
    if (!filter.ok()) {
      ReportError(std::move(filter).status().WithContext(
          fmt::format("rules not reloaded, generation {} stays", Get(generation_))));
      return {};
    }
    filter_ = std::move(*filter);
    DescribeRules();
    Add(generation_, 1);
    ReportNotice(fmt::format("read '{}' again: generation {}, {} rules", options_.rules, Get(generation_),
                             filter_.rules().size()));
    return {};
  }

  void Describe(MetricSet* metrics) override {
    if (options_.rules.empty()) return;  // one expression: the ledger counts all there is
    metrics_ = metrics;
    metrics_->Add({.name = "vexevt_rules_generation",
                   .help = "how often rules came into force: 1 since the start, one more with each reload",
                   .kind = MetricKind::kGauge,
                   .value = &generation_});
    DescribeRules();
  }

  static Result<Filter> Load(const FilterOptions& options) {
    VEXEVT_ASSIGN(RulesFile rules, RulesOf(options));
    VEXEVT_TRY(CheckRedactionKey(rules, RedactionKey()));
    return CompileFilter(rules);
  }

  std::uint64_t kept() const { return kept_; }

 private:
  bool AnswersAtEnd() const {
    return options_.count_only || options_.common.quiet || options_.assert_none || options_.assert_some;
  }

  Status WriteChanged(const FilterRule& rule, const EventView& event, EventSink& sink) {
    std::span<const std::byte> frame = event.frame();
    if (!rule.redact.empty()) {
      VEXEVT_ASSIGN(frame, redactor_.Redact(event, rule.redact));
    }
    if (rule.delay_ns > 0) {
      delayed_.Add(event.wall_ns() + rule.delay_ns, frame);
      return {};
    }
    sink.WriteChanged(frame);
    return {};
  }

  void GiveDue(std::uint64_t now_ns, EventSink& sink) {
    delayed_.TakeDue(now_ns, [&](std::span<const std::byte> frame) { sink.WriteChanged(frame); });
  }

  void DescribeRules() {
    if (!metrics_) return;
    for (RuleCounters& counters : rule_counters_) {
      metrics_->Remove(&counters.held);
      metrics_->Remove(&counters.refused);
    }
    rule_counters_ = std::vector<RuleCounters>(filter_.rules().size());
    for (std::size_t i = 0; i < rule_counters_.size(); ++i) {
      const std::string& name = filter_.rules()[i].name;
      metrics_->Add({.name = "vexevt_rule_held_total",
                     .help = "events for which the rule held",
                     .labels = {{"rule", name}},
                     .value = &rule_counters_[i].held});
      metrics_->Add({.name = "vexevt_rule_refused_total",
                     .help = "of these, what the rule's limit, sample or dedupe kept back",
                     .labels = {{"rule", name}},
                     .value = &rule_counters_[i].refused});
    }
  }

  // What metrics show, once a batch.
  struct RuleCounters {
    std::atomic<std::uint64_t> held{0}, refused{0};
  };

  const FilterOptions& options_;
  const Ledger& ledger_;
  MetricSet* metrics_ = nullptr;
  std::vector<RuleCounters> rule_counters_;
  Counter generation_{1};
  Filter filter_;
  Redactor redactor_;
  DelayQueue delayed_;
  std::uint64_t kept_ = 0;
};

}  // namespace

Result<ExitCode> RunFilter(const FilterOptions& options) {
  VEXEVT_ASSIGN(Filter filter, FilterStep::Load(options));
  if (options.check) return ExitCode::kDone;
  CommonOptions common = options.common;
  common.inputs = InputsOf(options);
  // Nothing is written then, so the stream ends here, as it does in a form for people.
  if (common.quiet || options.count_only) common.format = Format::kText;
  Ledger ledger;
  FilterStep step(options, std::move(filter), ledger);
  VEXEVT_ASSIGN(ExitCode code, RunPipeline(kFilterTool, common, step, ledger));
  bool negative = (options.common.quiet && step.kept() == 0 && !options.assert_none) ||
                  (options.assert_some && step.kept() == 0) ||
                  (options.assert_none && (step.kept() > 0 || ledger.lossy()));
  if (options.assert_none && step.kept() == 0 && ledger.lossy()) {
    ReportError("nothing was kept, but events were lost: not certain");
  }
  return negative ? JudgeLoss(ExitCode::kNegative, common, ledger) : code;
}

}  // namespace vexevt
