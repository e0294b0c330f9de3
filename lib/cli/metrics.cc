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
  for (const Metric& metric : metrics_) {
    if (metric.name != previous) {
      out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", metric.name, metric.help,
                         metric.kind == MetricKind::kCounter ? "counter" : "gauge");
      previous = metric.name;
    }
    std::string labels = LabelText(metric);
    out += fmt::format("{}{{tool={}{}{}}} {}\n", metric.name, Quoted(tool_), labels.empty() ? "" : ",", labels,
                       Value(metric));
  }
  return out;
}

std::string MetricSet::Json() const {
  std::lock_guard lock(mutex_);
  std::string out = "{\"tool\":" + Quoted(tool_);
  for (const Metric& metric : metrics_) {
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
