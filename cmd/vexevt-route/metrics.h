// What vexevt-route shows of its rules and endpoints in --metrics and on SIGUSR1. For the tool's own thread; the
// numbers are read from others.
#pragma once

#include <vector>

#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"
#include "lib/cli/rule_metrics.h"
#include "lib/route/router.h"

namespace vexevt {

class RouteMetrics {
 public:
  // Metrics for the rules and endpoints that `router` has now, in place of those that it had; with what rules cost
  // where `profile` is given. `set` and `profile` live until the last call; `set` ends before this.
  void Describe(const Router& router, const RuleProfile* profile, MetricSet* set);
  void Update(const Router& router);

 private:
  const RuleProfile* profile_ = nullptr;
  RuleMetrics rules_;
  std::vector<Counter> values_;  // in the order of Update
};

}  // namespace vexevt
