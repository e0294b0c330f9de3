// RuleMetrics: what filter and route show of their rules in --metrics and on SIGUSR1. For the tool's own thread; the
// numbers are read from others. Warns once of each rule that forgets keys.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"

namespace vexevt {

struct RuleNumbers {
  std::uint64_t held;     // events for which the rule held
  std::uint64_t refused;  // of these, what dedupe, sample or limit kept back
  std::uint64_t evicted;  // keys that these forgot
};

class RuleMetrics {
 public:
  // For the rules of these names, in place of those before. `set` lives until the last call; it ends before this.
  void Describe(std::span<const std::string_view> names, bool with_costs, MetricSet* set);

  // Of the rule at `index`.
  void Update(std::size_t index, const RuleNumbers& numbers);
  // Where costs were described.
  void UpdateCost(std::size_t index, std::uint64_t looked_at, double ns);

 private:
  Counter& Value(std::size_t metric, std::size_t index) { return values_[metric * names_.size() + index]; }

  std::vector<std::string> names_;
  std::vector<Counter> values_;  // metric by metric
};

}  // namespace vexevt
