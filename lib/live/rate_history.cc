#include "lib/live/rate_history.h"

#include <algorithm>
#include <numeric>

#include "lib/base/clock.h"

namespace vexevt {

void RateHistory::Add(std::uint64_t wall_ns) {
  const std::uint64_t second = wall_ns / kNsPerSecond;
  if (newest_ == 0) first_ = newest_ = second;
  AdvanceTo(wall_ns);
  if (second + kSeconds < newest_) return;
  first_ = std::min(first_, second);
  ++At(second);
}

void RateHistory::AdvanceTo(std::uint64_t wall_ns) {
  const std::uint64_t second = wall_ns / kNsPerSecond;
  if (newest_ == 0 || second <= newest_) return;
  if (second - newest_ > kSeconds) {
    counts_.fill(0);
    newest_ = second;
  }
  while (newest_ < second) At(++newest_) = 0;
}

std::vector<double> RateHistory::Seconds() const {
  const std::uint64_t since = std::max(first_, newest_ - std::min(newest_, kSeconds));
  std::vector<double> seconds;
  for (std::uint64_t second = since; second < newest_; ++second) {
    seconds.push_back(static_cast<double>(counts_[second % counts_.size()]));
  }
  return seconds;
}

double RateHistory::rate() const {
  const std::vector<double> seconds = Seconds();
  if (seconds.empty()) return static_cast<double>(counts_[newest_ % counts_.size()]);
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(seconds.size(), kRateSeconds));
  return std::accumulate(seconds.end() - count, seconds.end(), 0.0) / static_cast<double>(count);
}

}  // namespace vexevt
