#include "lib/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/clock.h"
#include "lib/base/units.h"

namespace vexevt {

std::string Progress::Text(std::uint64_t events, std::uint64_t bytes, std::uint64_t now_ns) const {
  double seconds = static_cast<double>(std::max(now_ns, start_ns_ + 1) - start_ns_) / kNsPerSecond;
  auto rate = static_cast<std::uint64_t>(static_cast<double>(events) / seconds);
  std::string text = fmt::format("{} events, {}/s", RoundedCount(events), RoundedCount(rate));
  if (total_bytes_ == 0) return text;
  double done = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total_bytes_));
  text += fmt::format(", {}%", static_cast<int>(done * 100));
  if (done > 0) {
    auto left = static_cast<std::uint64_t>(seconds * (1 - done) / done);
    text += fmt::format(", {} left", RoundedDuration(left * kNsPerSecond));
  }
  return text;
}

}  // namespace vexevt
