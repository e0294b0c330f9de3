// What vexevt-correlate shows of its patterns in --metrics and on SIGUSR1. For the tool's own thread; the numbers are
// read from others.
#pragma once

#include <vector>

#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"
#include "lib/correlate/correlator.h"

namespace vexevt {

class CorrelateMetrics {
 public:
  // For the patterns that `correlator` has now, in place of those that it had. `set` lives until the last call; it ends
  // before this.
  void Describe(const Correlator& correlator, MetricSet* set);
  void Update(const Correlator& correlator);

 private:
  std::vector<Counter> values_;  // in the order of Update
};

}  // namespace vexevt
