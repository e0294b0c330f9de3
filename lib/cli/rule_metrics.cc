#include "lib/cli/rule_metrics.h"

#include <fmt/format.h>

#include "lib/cli/diagnostics.h"

namespace vexevt {
namespace {

struct Kind {
  std::string_view name, help;
  MetricKind kind;
};

enum : std::size_t { kHeld, kRefused, kEvicted, kLookedAt, kCost };
constexpr Kind kKinds[] = {
    {"vexevt_rule_held_total", "events for which the rule held", MetricKind::kCounter},
    {"vexevt_rule_refused_total", "of these, what dedupe, sample or limit kept back", MetricKind::kCounter},
    {"vexevt_rule_keys_evicted_total", "keys that dedupe or limit forgot, as they were too many", MetricKind::kCounter},
    {"vexevt_rule_looked_at", "events that came as far as the rule since the rules were read", MetricKind::kGauge},
    {"vexevt_rule_cost_seconds", "time of one evaluation by itself, estimated", MetricKind::kSecondsGauge},
};

}  // namespace

void RuleMetrics::Describe(std::span<const std::string_view> names, bool with_costs, MetricSet* set) {
  set->Remove(values_);
  const std::size_t kinds = with_costs ? std::size(kKinds) : kLookedAt;
  names_.assign(names.begin(), names.end());
  values_ = std::vector<Counter>(kinds * names_.size());
  for (std::size_t metric = 0; metric < kinds; ++metric) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      set->Add({.name = std::string(kKinds[metric].name),
                .help = std::string(kKinds[metric].help),
                .kind = kKinds[metric].kind,
                .labels = {{"rule", names_[i]}},
                .value = &Value(metric, i)});
    }
  }
}

void RuleMetrics::Update(std::size_t index, const RuleNumbers& numbers) {
  if (numbers.evicted > 0 && Get(Value(kEvicted, index)) == 0) [[unlikely]] {
    ReportWarning(
        fmt::format("rule '{}': there are more keys than it remembers, and the oldest are forgotten: 'keys' in "
                    "vexevt-rules(5) raises the bound",
                    names_[index]));
  }
  Value(kHeld, index).store(numbers.held, std::memory_order_relaxed);
  Value(kRefused, index).store(numbers.refused, std::memory_order_relaxed);
  Value(kEvicted, index).store(numbers.evicted, std::memory_order_relaxed);
}

void RuleMetrics::UpdateCost(std::size_t index, std::uint64_t looked_at, double ns) {
  Value(kLookedAt, index).store(looked_at, std::memory_order_relaxed);
  Value(kCost, index).store(static_cast<std::uint64_t>(ns + 0.5), std::memory_order_relaxed);
}

}  // namespace vexevt
