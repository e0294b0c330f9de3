#include "lib/cli/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace vexevt {
namespace {

// Label values in Prometheus text and strings in JSON share these escapes; the label's grammar has no others.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return out + '"';
}

std::string Value(const Metric& metric) {
  std::uint64_t value = metric.value->load(std::memory_order_relaxed);
  if (metric.kind != MetricKind::kSecondsGauge) return std::to_string(value);
  return fmt::format("{}.{:09}", value / 1'000'000'000, value % 1'000'000'000);
}

std::string_view TypeName(MetricKind kind) {
  if (kind == MetricKind::kHistogram) return "histogram";
  return kind == MetricKind::kCounter ? "counter" : "gauge";
}

struct Totals {
  std::uint64_t count = 0;
  double sum = 0;
};

Totals TotalsOf(const DurationHistogram& histogram) {
  Totals totals{.sum = histogram.sum.load(std::memory_order_relaxed)};
  for (const auto& count : histogram.counts) totals.count += count.load(std::memory_order_relaxed);
  return totals;
}

// Buckets hold what those before them do, and the last one, which has no bound, is the count.
void AppendHistogram(const Metric& metric, const std::string& labels, std::string* out) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < metric.histogram->counts.size(); ++i) {
    count += metric.histogram->counts[i].load(std::memory_order_relaxed);
    std::string bound =
        i < DurationHistogram::kBounds.size() ? fmt::format("{}", DurationHistogram::kBounds[i]) : "+Inf";
    *out += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", metric.name, labels, bound, count);
  }
  const double sum = metric.histogram->sum.load(std::memory_order_relaxed);
  *out += fmt::format("{0}_sum{{{1}}} {2}\n{0}_count{{{1}}} {3}\n", metric.name, labels, sum, count);
}

std::string LabelText(const Metric& metric) {
  std::string out;
  for (const auto& [key, value] : metric.labels) {
    if (!out.empty()) out += ',';
    out += key;
    out += '=';
    out += Quoted(value);
  }
  return out;
}

}  // namespace

void MetricSet::Add(Metric metric) {
  std::lock_guard lock(mutex_);
  auto last = std::find_if(metrics_.rbegin(), metrics_.rend(), [&](const Metric& m) { return m.name == metric.name; });
  metrics_.insert(last == metrics_.rend() ? metrics_.end() : last.base(), std::move(metric));
}

std::span<const Metric> MetricSet::Shown() const { return {metrics_.data(), std::min(metrics_.size(), kMaxShown)}; }

void MetricSet::Remove(std::span<const std::atomic<std::uint64_t>> values) {
  std::lock_guard lock(mutex_);
  std::erase_if(metrics_, [&](const Metric& metric) {
    return !std::less{}(metric.value, values.data()) && std::less{}(metric.value, values.data() + values.size());
  });
}

std::string MetricSet::PrometheusText() const {
  std::lock_guard lock(mutex_);
  std::string out;
  std::string_view previous;
  for (const Metric& metric : Shown()) {
    if (metric.name != previous) {
      out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", metric.name, metric.help, TypeName(metric.kind));
      previous = metric.name;
    }
    std::string labels = "tool=" + Quoted(tool_), own = LabelText(metric);
    if (!own.empty()) labels += ',' + own;
    if (metric.kind == MetricKind::kHistogram) {
      AppendHistogram(metric, labels, &out);
    } else {
      out += fmt::format("{}{{{}}} {}\n", metric.name, labels, Value(metric));
    }
  }
  if (metrics_.size() > kMaxShown) {
    out += fmt::format(
        "# HELP {0} metrics that are not shown, as they are too many\n# TYPE {0} gauge\n{0}{{tool={1}}} {2}\n",
        "vexevt_metrics_omitted", Quoted(tool_), metrics_.size() - kMaxShown);
  }
  return out;
}

std::string MetricSet::Json() const {
  std::lock_guard lock(mutex_);
  std::string out = "{\"tool\":" + Quoted(tool_);
  for (const Metric& metric : Shown()) {
    if (metric.kind == MetricKind::kHistogram) {
      const Totals totals = TotalsOf(*metric.histogram);
      out += fmt::format(",\"{0}_count\":{1},\"{0}_sum\":{2}", metric.name, totals.count, totals.sum);
      continue;
    }
    std::string labels = LabelText(metric);
    std::string key = labels.empty() ? metric.name : fmt::format("{}{{{}}}", metric.name, labels);
    out += ',';
    out += Quoted(key);
    out += ':';
    out += Value(metric);
  }
  return out + '}';
}

}  // namespace vexevt
