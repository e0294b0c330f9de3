#include "lib/rules/rule_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "lib/event/type.h"

namespace vexevt {
namespace {

// For one reading of the clock: it costs as much as a few evaluations.
constexpr std::size_t kSample = 64;
constexpr std::uint64_t kRest = 19;  // times what measuring took

}  // namespace

RuleProfile::RuleProfile(std::vector<RuleTally> rules, Clock& clock)
    : start_(std::move(rules)), clock_(clock), spent_ns_(start_.size()) {}

void RuleProfile::Look(std::span<const EventView> batch) {
  const auto decided = static_cast<std::size_t>(
      std::ranges::count_if(batch, [](const EventView& event) { return !TellsOfStream(event.type()); }));
  events_ += decided;
  const std::uint64_t now = clock_.Now().mono_ns;
  if (decided == 0 || now < due_ns_) return;
  // From all over the batch: neighbours are alike.
  const std::size_t step = std::max<std::size_t>(1, batch.size() / kSample);
  sample_.clear();
  for (std::size_t i = 0; i < batch.size() && sample_.size() < kSample; i += step) {
    if (!TellsOfStream(batch[i].type())) sample_.push_back(batch[i]);
  }
  Measure(sample_);
  const std::uint64_t after = clock_.Now().mono_ns;
  due_ns_ = after + kRest * (after - now);
}

void RuleProfile::Measure(std::span<const EventView> sample) {
  measured_ += sample.size();
  for (std::size_t i = 0; i < start_.size(); ++i) {
    // The smaller one: the first may have waited for memory, or either for the processor.
    if (start_[i].when != nullptr)
      spent_ns_[i] += std::min(Time(*start_[i].when, sample), Time(*start_[i].when, sample));
  }
}

std::uint64_t RuleProfile::Time(const Expression& rule, std::span<const EventView> sample) {
  const std::uint64_t before = clock_.Now().mono_ns;
  for (const EventView& event : sample) rule.Matches(event);  // in another room: it is called
  return clock_.Now().mono_ns - before;
}

std::vector<RuleProfile::Cost> RuleProfile::Costs(std::span<const RuleTally> rules) const {
  std::vector<Cost> costs;
  std::uint64_t looked_at = events_;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const double ns = measured_ == 0 ? 0 : static_cast<double>(spent_ns_[i]) / static_cast<double>(measured_);
    costs.push_back({looked_at, rules[i].held - start_[i].held, ns});
    looked_at -= rules[i].stopped - start_[i].stopped;
  }
  return costs;
}

std::string RuleProfile::Table(std::span<const RuleTally> rules) const {
  const std::vector<Cost> costs = Costs(rules);
  auto total = [&](std::size_t i) { return static_cast<double>(costs[i].looked_at) * costs[i].ns; };
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, total);
  double all = 0;
  std::size_t width = 4;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    all += total(i);
    width = std::max(width, rules[i].name.size());
  }
  std::string table =
      fmt::format("{:<{}}  {:>12}  {:>12}  {:>8}  {:>5}\n", "RULE", width, "LOOKED AT", "HELD", "NS", "%");
  for (std::size_t i : order) {
    table += fmt::format("{:<{}}  {:>12}  {:>12}  {:>8.1f}  {:>5.1f}\n", rules[i].name, width, costs[i].looked_at,
                         costs[i].held, costs[i].ns, all > 0 ? total(i) / all * 100 : 0);
  }
  return table;
}

}  // namespace vexevt
