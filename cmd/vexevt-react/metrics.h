// What vexevt-react shows of itself in --metrics and on SIGUSR1. For the tool's own thread; the numbers are read from
// others.
#pragma once

#include <array>

#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"
#include "lib/react/reactor.h"

namespace vexevt {

class ReactMetrics {
 public:
  // `set` lives until the last call; it ends before this.
  void Describe(MetricSet* set);
  void Update(const Reactor& reactor);

 private:
  std::array<Counter, 12> values_{};  // in the order of Update
};

}  // namespace vexevt
