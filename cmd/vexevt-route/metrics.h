// What vexevt-route shows of its rules and endpoints in --metrics and on SIGUSR1. For the tool's own thread; the
// numbers are read from others.
#pragma once

#include <deque>
#include <string>

#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"
#include "lib/route/router.h"

namespace vexevt {

class RouteMetrics {
 public:
  // Metrics for the rules and endpoints that `router` has now, in place of those that it had. `set` lives until the
  // last call of Describe; it ends before this.
  void Describe(const Router& router, MetricSet* set);
  // Once a batch.
  void Update(const Router& router);

 private:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  void Add(std::string name, std::string help, MetricKind kind, Labels labels);
  void Remove();

  MetricSet* set_ = nullptr;
  std::deque<Counter> values_;  // in the order of Update
};

}  // namespace vexevt
