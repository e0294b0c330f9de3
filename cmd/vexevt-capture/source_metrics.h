// What a capture from several sources shows of them: how many events each gave, and how many doubles were taken out; in
// --metrics, on SIGUSR1 and, with --verbose, at the end. Of one source there is nothing to show. For the tool's own
// thread; the numbers are read from others.
#pragma once

#include <vector>

#include "lib/capture/merged_source.h"
#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"

namespace vexevt {

class SourceMetrics {
 public:
  // Both outlive the last call; `set` ends before this.
  void Describe(const MergedSource& source, MetricSet* set);
  void Update();
  // "31 of 40 FUSE events joined with 33 of the kernel's; fanotify: 51 events, 33 doubles; fuse 'ring:x': 42 events"
  void ReportBalance();

 private:
  const MergedSource* source_ = nullptr;
  std::vector<Counter> values_;  // in the order of Update
};

}  // namespace vexevt
