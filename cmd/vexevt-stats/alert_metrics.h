// What `vexevt-stats alert` shows of its alerts in --metrics and on SIGUSR1. For the tool's own thread; the numbers are
// read from others.
#pragma once

#include <vector>

#include "lib/alert/alert_board.h"
#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"

namespace vexevt {

class AlertMetrics {
 public:
  // For the rules that `board` has now, in place of those that it had. `set` lives until the last call; it ends before
  // this.
  void Describe(const AlertBoard& board, MetricSet* set);
  void Update(const AlertBoard& board);

 private:
  std::vector<Counter> values_;  // in the order of Update
};

}  // namespace vexevt
