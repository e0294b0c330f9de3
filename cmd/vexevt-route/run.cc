#include "cmd/vexevt-route/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cmd/vexevt-route/answer.h"
#include "cmd/vexevt-route/dry_run.h"
#include "cmd/vexevt-route/metrics.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/io/full.h"
#include "lib/route/file_watch.h"
#include "lib/route/load_plan.h"
#include "lib/route/router.h"
#include "lib/rules/background_load.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

// Before a plan comes into force.
Status Prepare(const RouteOptions& options, RoutePlan* plan) {
  if (options.dry_run) SendNothing(plan);
  for (const RouteEndpoint& endpoint : plan->endpoints) {
    for (const EndpointName& target : endpoint.targets) {
      Status status = CheckNotInput(target, options.common.inputs);
      if (!status.ok()) return std::move(status).WithContext(fmt::format("endpoint '{}'", endpoint.rule.name));
    }
  }
  return {};
}

class RouteStep final : public Step {
 public:
  RouteStep(const RouteOptions& options, Router* router, Ledger* ledger)
      : options_(options),
        router_(router),
        ledger_(ledger),
        loader_([file = options.rules] { return LoadWarmPlan(file); }) {
    auto watch = FileWatch::Start(options.rules);
    if (watch.ok()) watch_ = std::move(*watch);
    TellMessages();
  }

  Status Process(std::span<const EventView> batch, EventSink&) override {
    Status status = router_->Route(batch);
    if (router_->wants_service()) router_->Serve();
    Count();
    TellMessages();
    if (profile_) [[unlikely]]
      profile_->Look(batch);
    // The loop only polls when the input is idle.
    if (++batches_ % kBatchesPerLook == 0) {
      metrics_.Update(*router_);
      if (watch_ && watch_->TakeChange()) loader_.Start();
    }
    if (loader_.ready()) TakePlan();
    return status;
  }

  bool has_own_outputs() const override { return true; }
  std::string own_outputs() const override {
    std::string names;
    for (const auto& endpoint : router_->endpoints()) {
      for (const Member& member : endpoint->definition().rule.members) {
        names += (names.empty() ? "" : " ") + member.to.text;
      }
    }
    return names;
  }
  bool holds_back() override {
    router_->Flush();
    return router_->holds_back();
  }

  bool takes_input() const override { return !router_->blocked(); }

  // What was gathered goes out before the loop waits.
  void AddPolls(std::vector<pollfd>* polls) override {
    router_->Flush();
    metrics_.Update(*router_);
    router_->AddPolls(polls);
    if (watch_) polls->push_back({.fd = watch_->fd(), .events = POLLIN, .revents = 0});
    polls->push_back({.fd = loader_.fd(), .events = POLLIN, .revents = 0});
  }
  std::uint64_t next_tick_ns() const override { return router_->next_due_ns(); }
  Status Tick(EventSink&) override {
    router_->Serve();
    TellMessages();
    if (watch_ && watch_->TakeChange()) loader_.Start();
    TakePlan();
    return {};
  }

  bool done() const override { return router_->output_gone(); }

  Status Finish(EventSink&) override {
    std::vector<Status> failures = router_->Finish();
    Count();
    metrics_.Update(*router_);
    TellMessages();
    if (router_->output_gone()) return ErrnoStatus("cannot write 'standard output'", EPIPE);
    if (failures.empty()) return {};
    Status last = std::move(failures.back());
    failures.pop_back();
    for (const Status& failure : failures) ReportError(failure);
    return last;
  }

  void ReportProfile() const {
    if (profile_) WriteReport(profile_->Table(router_->plan().Tally()));
  }

  bool reloads() const override { return true; }
  bool reloading() const override { return loader_.busy(); }
  Status Reload() override {
    loader_.Start();
    return {};
  }

  void Describe(MetricSet* set) override {
    set_ = set;
    set->Add({.name = "vexevt_rules_generation",
              .help = "how often rules came into force: 1 since the start, one more with each reload",
              .kind = MetricKind::kGauge,
              .value = &generation_});
    StartRules();
  }

 private:
  static constexpr unsigned kBatchesPerLook = 16;

  // The plan that was compiled beside the traffic comes into force, between two events.
  void TakePlan() {
    auto plan = loader_.Take();
    if (!plan) return;
    Status status = plan->ok() ? Prepare(options_, &**plan) : std::move(*plan).status();
    if (status.ok()) status = router_->Reload(std::move(**plan));
    TellMessages();
    if (!status.ok()) {
      ReportError(
          std::move(status).WithContext(fmt::format("rules not reloaded, generation {} stays", Get(generation_))));
      return;
    }
    StartRules();
    Add(generation_, 1);
    ReportNotice(fmt::format("read '{}' again: generation {}, {} rules, {} endpoints", options_.rules, Get(generation_),
                             router_->plan().rules.size(), router_->endpoints().size()));
  }

  void StartRules() {
    if (options_.profile_rules) profile_.emplace(router_->plan().Tally(), SystemClock());
    if (set_ != nullptr) metrics_.Describe(*router_, profile_ ? &*profile_ : nullptr, set_);
  }

  // The pipeline counts what came in; `out` is what got somewhere, and the rest is filtered or dropped.
  void Count() {
    const RouteCounts& counts = router_->counts();
    ledger_->out.store(counts.routed, std::memory_order_relaxed);
    ledger_->dropped.store(counts.dropped, std::memory_order_relaxed);
  }

  void TellMessages() {
    for (const Message& message : router_->TakeMessages()) {
      if (message.warning) {
        ReportWarning(message.text);
      } else {
        ReportNotice(message.text);
      }
    }
  }

  const RouteOptions& options_;
  Router* const router_;
  Ledger* const ledger_;
  BackgroundLoad<Result<RoutePlan>> loader_;
  std::optional<FileWatch> watch_;  // none: only SIGHUP reloads
  RouteMetrics metrics_;
  std::optional<RuleProfile> profile_;
  MetricSet* set_ = nullptr;
  Counter generation_{1};
  unsigned batches_ = 0;
};

}  // namespace

Result<ExitCode> RunRoute(const RouteOptions& options) {
  if (options.ask.asked) {
    if (!options.rules.empty()) {
      return InvalidArgument(fmt::format("'{}' does not go with ask: --write adds a rule to a file", options.rules));
    }
    return RunAsk(options.ask, RuleKind::kRoute, {&CheckRuleAlone, &CheckRulesFile});
  }
  if (options.rules.empty()) return InvalidArgument("a RULES file is wanted");
  VEXEVT_ASSIGN(RoutePlan plan, LoadPlan(options.rules));
  if (!options.explain.empty()) return PrintExplanation(plan, options.explain);
  if (!options.test.empty()) return TestRules(plan, options.test);
  if (options.check) return CheckRules(options.rules);
  VEXEVT_TRY(Prepare(options, &plan));
  VEXEVT_ASSIGN(auto router, Router::Start(std::move(plan), SystemClock()));
  Ledger ledger;
  RouteStep step(options, router.get(), &ledger);
  CommonOptions common = options.common;
  common.output = "/dev/null";  // the pipeline's own output: events go to the endpoints
  Result<ExitCode> done = RunPipeline(kRouteTool, common, step, ledger);
  step.ReportProfile();
  VEXEVT_ASSIGN(ExitCode code, std::move(done));
  if (options.dry_run) VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(DryRunTable(*router)), "standard output"));
  return common.strict && router->lossy() ? ExitCode::kLost : code;
}

}  // namespace vexevt
