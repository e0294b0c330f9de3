#include "lib/cli/time_window.h"

#include <algorithm>

namespace vexevt {
namespace {

std::uint64_t AddCapped(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = a + b;
  return sum < a ? ~std::uint64_t{0} : sum;
}

}  // namespace

TimeWindow::TimeWindow(const CommonOptions& options, Instant now)
    : active_(options.since_ns || options.until_ns || options.duration_ns),
      since_ns_(options.since_ns.value_or(0)),
      until_ns_(options.until_ns.value_or(kOpen)),
      duration_ns_(options.duration_ns) {
  if (until_ns_ != kOpen && until_ns_ > now.wall_ns) {
    end_ns_ = until_ns_;
    until_deadline_ns_ = AddCapped(now.mono_ns, until_ns_ - now.wall_ns);
  }
  if (duration_ns_) duration_deadline_ns_ = AddCapped(now.mono_ns, *duration_ns_);
}

std::span<const EventView> TimeWindow::Select(std::span<const EventView> batch, std::uint64_t now_mono_ns,
                                              std::size_t* beyond) {
  selected_.clear();
  *beyond = 0;
  for (const EventView& event : batch) {
    std::uint64_t wall = event.wall_ns();
    if (wall < since_ns_) continue;
    if (duration_ns_) {  // this is the first event of the window
      end_ns_ = std::min(end_ns_, AddCapped(wall, *duration_ns_));
      duration_deadline_ns_ = AddCapped(now_mono_ns, *duration_ns_);
      duration_ns_.reset();
    }
    if (wall >= end_ns_) {
      *beyond = static_cast<std::size_t>(batch.data() + batch.size() - &event);
      break;
    }
    if (wall < until_ns_) selected_.push_back(event);
  }
  return selected_;
}

}  // namespace vexevt
