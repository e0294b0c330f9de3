// RateHistory: how many events there were in each of the last seconds, by the events' own time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace vexevt {

class RateHistory {
 public:
  static constexpr std::uint64_t kSeconds = 60;

  void Add(std::uint64_t wall_ns);
  // So late it is: seconds before are over, with events or without.
  void AdvanceTo(std::uint64_t wall_ns);

  // Of each second that is over, the earliest first; none from before the first event.
  std::vector<double> Seconds() const;
  // Events a second, of the last five that are over; while there is none, those of the first so far.
  double rate() const;

 private:
  static constexpr std::uint64_t kRateSeconds = 5;

  std::uint64_t& At(std::uint64_t second) { return counts_[second % counts_.size()]; }

  std::array<std::uint64_t, kSeconds + 1> counts_ = {};  // by second, round and round
  std::uint64_t first_ = 0, newest_ = 0;                 // seconds since 1970; newest_ is not over; 0: no event yet
};

}  // namespace vexevt
