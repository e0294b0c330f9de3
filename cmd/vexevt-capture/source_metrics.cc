#include "cmd/vexevt-capture/source_metrics.h"

#include <fmt/format.h>

#include <numeric>
#include <string>

#include "lib/cli/diagnostics.h"

namespace vexevt {

void SourceMetrics::Describe(const MergedSource& source, MetricSet* set) {
  source_ = &source;
  values_ = std::vector<Counter>(2 + 2 * source.size());
  auto value = values_.begin();
  auto add = [&](const char* name, const char* help, std::vector<std::pair<std::string, std::string>> labels) {
    set->Add({.name = name, .help = help, .labels = std::move(labels), .value = &*value++});
  };
  for (std::size_t i = 0; i < source.size(); ++i) {
    add("vexevt_source_events_total", "events that came from the source", {{"source", source.name(i)}});
  }
  if (source.doubles() == nullptr) return;
  for (std::size_t i = 0; i < source.size(); ++i) {
    add("vexevt_source_doubles_total", "of these, the kernel's that were joined to an event of vexevt-fuse",
        {{"source", source.name(i)}});
  }
  add("vexevt_fuse_events_total", "events of vexevt-fuse of which the kernel may tell, too", {});
  add("vexevt_fuse_joined_total", "of these, those to which an event of the kernel was joined", {});
}

void SourceMetrics::Update() {
  if (source_ == nullptr) return;
  auto value = values_.begin();
  auto set = [&](std::uint64_t number) { (value++)->store(number, std::memory_order_relaxed); };
  for (std::size_t i = 0; i < source_->size(); ++i) set(source_->events(i));
  const Doubles* doubles = source_->doubles();
  if (doubles == nullptr) return;
  for (std::uint64_t removed : doubles->counts().removed) set(removed);
  set(doubles->counts().fuse);
  set(doubles->counts().joined);
}

void SourceMetrics::ReportBalance() {
  if (source_ == nullptr) return;
  std::string text;
  if (const Doubles* doubles = source_->doubles()) {
    const Doubles::Counts& counts = doubles->counts();
    text = fmt::format("{} of {} FUSE events joined with {} of the kernel's; ", counts.joined, counts.fuse,
                       std::accumulate(counts.removed.begin(), counts.removed.end(), std::uint64_t{0}));
  }
  for (std::size_t i = 0; i < source_->size(); ++i) {
    text += fmt::format("{}{}: {} events", i == 0 ? "" : "; ", source_->name(i), source_->events(i));
    if (source_->doubles() == nullptr || source_->doubles()->counts().removed[i] == 0) continue;
    text += fmt::format(", {} doubles", source_->doubles()->counts().removed[i]);
  }
  ReportDetail(text);
}

}  // namespace vexevt
