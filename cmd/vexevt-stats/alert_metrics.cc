#include "cmd/vexevt-stats/alert_metrics.h"

#include <string>

namespace vexevt {

void AlertMetrics::Describe(const AlertBoard& board, MetricSet* set) {
  set->Remove(values_);
  const std::vector<AlertTally> tallies = board.Tally();
  values_ = std::vector<Counter>(3 + 3 * tallies.size());
  std::size_t next = 0;
  const auto add = [&](const char* name, const char* help, MetricKind kind,
                       std::vector<std::pair<std::string, std::string>> labels) {
    set->Add({.name = name, .help = help, .kind = kind, .labels = std::move(labels), .value = &values_[next++]});
  };
  add("vexevt_alerts_generation", "how often rules came into force: 1 since the start, one more with each reload",
      MetricKind::kGauge, {});
  add("vexevt_alerts_told_total", "times that an alert, or a group of them, was told", MetricKind::kCounter, {});
  add("vexevt_alerts_muted", "alerts that fire and are not told: silenced or inhibited", MetricKind::kGauge, {});
  for (const AlertTally& tally : tallies) {
    for (const char* state : {"pending", "firing"}) {
      add("vexevt_alerts", "alerts now", MetricKind::kGauge, {{"alert", std::string(tally.rule)}, {"state", state}});
    }
  }
  for (const AlertTally& tally : tallies) {
    add("vexevt_alerts_refused_total", "looks at alerts for which there was no room", MetricKind::kCounter,
        {{"alert", std::string(tally.rule)}});
  }
  Update(board);
}

void AlertMetrics::Update(const AlertBoard& board) {
  if (values_.empty()) return;
  std::size_t next = 0;
  const auto put = [&](std::uint64_t value) { values_[next++].store(value, std::memory_order_relaxed); };
  put(board.generation());
  put(board.told());
  put(board.muted());
  const std::vector<AlertTally> tallies = board.Tally();
  for (const AlertTally& tally : tallies) {
    put(tally.pending);
    put(tally.firing);
  }
  for (const AlertTally& tally : tallies) put(tally.refused);
}

}  // namespace vexevt
