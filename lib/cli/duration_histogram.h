// DurationHistogram: how often something took how long, for a Prometheus histogram. One thread adds, any may read.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vexevt {

struct DurationHistogram {
  // Upper bounds of the buckets, in seconds, themselves inside: from what a pipeline takes that is idle to what one
  // does that is an hour behind.
  static constexpr std::array kBounds = {0.0001, 0.0005, 0.0025, 0.01,  0.05,  0.25,
                                         1.0,    5.0,    30.0,   120.0, 600.0, 3600.0};

  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts{};  // of each bucket alone; the last: longer
  std::atomic<double> sum{0};  // seconds: in nanoseconds, a replay of old events would overflow 64 bits

  void Observe(double seconds) {
    const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kBounds, seconds) - kBounds.begin());
    counts[bucket].store(counts[bucket].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    sum.store(sum.load(std::memory_order_relaxed) + seconds, std::memory_order_relaxed);
  }
};

}  // namespace vexevt
