#include "cmd/vexevt-correlate/metrics.h"

#include <iterator>
#include <string>

namespace vexevt {
namespace {

struct Kind {
  const char* name;
  const char* help;
  MetricKind kind;
};

constexpr Kind kOfAll[] = {
    {"vexevt_patterns_generation", "how often patterns came into force: 1 since the start, one more with each reload",
     MetricKind::kGauge},
    {"vexevt_events_late_total", "events that came later than --lateness allows", MetricKind::kCounter},
};
constexpr Kind kOfPattern[] = {
    {"vexevt_pattern_matches_total", "matches of the pattern", MetricKind::kCounter},
    {"vexevt_pattern_suppressed_total", "of these, what suppress kept back", MetricKind::kCounter},
    {"vexevt_pattern_partials_evicted_total", "partial matches that were given up, as they were too many",
     MetricKind::kCounter},
    {"vexevt_pattern_partials", "partial matches, or events that are counted, kept now", MetricKind::kGauge},
};

}  // namespace

void CorrelateMetrics::Describe(const Correlator& correlator, MetricSet* set) {
  set->Remove(values_);
  const std::vector<PatternTally> tallies = correlator.Tally();
  values_ = std::vector<Counter>(std::size(kOfAll) + std::size(kOfPattern) * tallies.size());
  std::size_t next = 0;
  for (const Kind& kind : kOfAll) {
    set->Add({.name = kind.name, .help = kind.help, .kind = kind.kind, .labels = {}, .value = &values_[next++]});
  }
  for (const Kind& kind : kOfPattern) {
    for (const PatternTally& tally : tallies) {
      set->Add({.name = kind.name,
                .help = kind.help,
                .kind = kind.kind,
                .labels = {{"pattern", std::string(tally.name)}},
                .value = &values_[next++]});
    }
  }
  Update(correlator);
}

void CorrelateMetrics::Update(const Correlator& correlator) {
  if (values_.empty()) return;
  std::size_t next = 0;
  const auto put = [&](std::uint64_t value) { values_[next++].store(value, std::memory_order_relaxed); };
  put(correlator.generation());
  put(correlator.late());
  const std::vector<PatternTally> tallies = correlator.Tally();
  for (const PatternTally& tally : tallies) put(tally.matches);
  for (const PatternTally& tally : tallies) put(tally.suppressed);
  for (const PatternTally& tally : tallies) put(tally.evicted);
  for (const PatternTally& tally : tallies) put(tally.partials);
}

}  // namespace vexevt
