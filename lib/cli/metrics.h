// MetricSet: the numbers that a tool shows of itself, as Prometheus text and as the JSON line of SIGUSR1. It refers to
// the atomics in which the tool counts; nothing is computed until somebody asks.
//
// Thread-safe. The tool's thread adds to its counters with relaxed order; readers may see one a batch later than
// another.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cli/duration_histogram.h"

namespace vexevt {

enum class MetricKind : std::uint8_t {
  kCounter,  // only grows; the name ends in _total
  kGauge,
  kSecondsGauge,  // the atomic holds nanoseconds; shown in seconds
  kHistogram,     // of seconds; the name ends in _seconds
};

struct Metric {
  std::string name;  // "vexevt_events_in_total"
  std::string help;  // one clause
  MetricKind kind = MetricKind::kCounter;
  std::vector<std::pair<std::string, std::string>> labels;
  const std::atomic<std::uint64_t>* value = nullptr;
  const DurationHistogram* histogram = nullptr;  // in place of value
};

class MetricSet {
 public:
  // A set shows so many metrics at most, the first of them: a scrape stays bounded however many rules there are. How
  // many it leaves out is vexevt_metrics_omitted, which is there only then.
  static constexpr std::size_t kMaxShown = 20'000;

  // `tool` becomes a label of every metric.
  explicit MetricSet(std::string_view tool) : tool_(tool) {}

  // What metric refers to outlives the set, or is removed before it ends. Metrics of one name share help and kind.
  // Cheapest in the order of their names.
  void Add(Metric metric);
  // Those whose values lie in `values`.
  void Remove(std::span<const std::atomic<std::uint64_t>> values);

  // Text exposition format 0.0.4, metrics of one name together, in the order of their first addition.
  std::string PrometheusText() const;
  // {"tool":"vexevt-filter","vexevt_events_in_total":12,…}; a labelled one is NAME{label="value"}. Of a histogram it
  // has NAME_count and NAME_sum. No newline.
  std::string Json() const;

 private:
  std::span<const Metric> Shown() const;  // under mutex_

  const std::string tool_;
  mutable std::mutex mutex_;
  std::vector<Metric> metrics_;  // under mutex_; those of one name stand together
};

}  // namespace vexevt
