// Runs small concurrent programs through every interleaving of their accesses to shared cells: a model checker for the
// code itself. The programs are ordinary threads of which one runs at a time; which one goes on is decided before each
// access to a Stepped cell, and all decisions are tried in turn, depth first. Memory is sequentially consistent here:
// what weaker orders allow is for the thread sanitizer and the comments to hold.
//
// After "CHESS: systematic testing of concurrent software" (Musuvathi and Qadeer, 2007): with a bound on preemptions,
// all schedules with at most that many are run, which is where nearly all mistakes show.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

namespace vexevt::interleave {

struct Program {
  std::vector<std::function<void()>> threads;
  std::function<void()> check;  // after all of them have ended
};

inline constexpr unsigned kAllSchedules = ~0u;

// Runs make() and what it gives once for each schedule; stops at the first that fails a gtest assertion. Returns how
// many there were.
std::size_t ExploreSchedules(const std::function<Program()>& make, unsigned preemptions);

// Lets another thread of the program go on, or not.
void Step();
// Lets the others go on until `holds`. If none can, the program has hung: a failure.
void BlockUntil(const std::function<bool()>& holds);

// Stands for std::atomic<T>.
template <typename T>
class Stepped {
 public:
  Stepped(T value = {}) : value_(value) {}  // NOLINT: as std::atomic's
  T load(std::memory_order) const {
    Step();
    return value_;
  }
  void store(T value, std::memory_order) {
    Step();
    value_ = value;
  }
  T fetch_or(T bits, std::memory_order) {
    Step();
    const T before = value_;
    value_ |= bits;
    return before;
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order) {
    Step();
    if (value_ == expected) return value_ = value, true;
    return expected = value_, false;
  }
  T peek() const { return value_; }  // no step: for checks

 private:
  T value_;
};

}  // namespace vexevt::interleave
