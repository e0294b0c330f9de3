// When to try again what failed, and a circuit breaker: after `failures` failures in a row nothing is tried for
// `open_ns`; then one attempt decides. Plain values, the time is given.
#pragma once

#include <algorithm>
#include <cstdint>

namespace vexevt {

struct RetryPolicy {
  std::uint64_t first_ns = 100'000'000;  // before the second attempt; doubles with each failure
  std::uint64_t max_ns = 30'000'000'000;
  unsigned failures = 5;
  std::uint64_t open_ns = 10'000'000'000;
  bool operator==(const RetryPolicy&) const = default;
};

class Retry {
 public:
  explicit Retry(const RetryPolicy& policy) : policy_(policy) {}
  void SetPolicy(const RetryPolicy& policy) { policy_ = policy; }  // from the next failure on

  // An attempt failed, or what it gave broke after `lasted_ns`. One that held out longer than the time before it is
  // taken for a new failure, not for the last one gone on: a connection that breaks at once would else be tried for
  // ever at full speed.
  void Failed(std::uint64_t now_ns, std::uint64_t lasted_ns) {
    if (lasted_ns > delay_ns_ && lasted_ns > policy_.first_ns) failures_ = 0;
    ++failures_;
    if (open()) {
      delay_ns_ = policy_.open_ns;
    } else {
      unsigned doublings = std::min(failures_ - 1, 63u);
      bool over = policy_.first_ns > policy_.max_ns >> doublings;
      delay_ns_ = over ? policy_.max_ns : policy_.first_ns << doublings;
    }
    next_ns_ = now_ns + delay_ns_;
  }

  std::uint64_t next_ns() const { return next_ns_; }  // when to try
  std::uint64_t delay_ns() const { return delay_ns_; }
  unsigned failures() const { return failures_; }  // in a row
  bool open() const { return failures_ >= policy_.failures; }

 private:
  RetryPolicy policy_;
  unsigned failures_ = 0;
  std::uint64_t delay_ns_ = 0, next_ns_ = 0;
};

}  // namespace vexevt
