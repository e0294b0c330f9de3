// Breaker: keeps an action that fails again and again from being tried for a while. Closed, it lets all through; after
// so many failures in a row it is open, and lets none through; after a time one try decides: it closes, or is open as
// long again. Times are ns of any clock that does not go back. Not thread-safe.
#pragma once

#include <cstdint>

#include "lib/react/workflow.h"

namespace vexevt {

class Breaker {
 public:
  explicit Breaker(const BreakerPolicy& policy) : policy_(policy) {}

  // Whether the action may be tried now. After a true, Succeeded or Failed says what came of it.
  bool Allows(std::uint64_t now_ns) {
    if (!open_) return true;
    if (trying_ || now_ns < until_ns_) return false;
    trying_ = true;
    return true;
  }

  void Succeeded() {
    failures_ = 0;
    open_ = trying_ = false;
  }

  // What fails that began before it opened changes nothing.
  void Failed(std::uint64_t now_ns) {
    if (open_ && !trying_) return;
    if (!open_ && ++failures_ < policy_.failures) return;
    open_ = true;
    trying_ = false;
    until_ns_ = now_ns + policy_.open_ns;
  }

  bool open() const { return open_; }
  std::uint64_t until_ns() const { return until_ns_; }  // while open: when the next try may be

 private:
  BreakerPolicy policy_;
  std::uint32_t failures_ = 0;
  bool open_ = false, trying_ = false;
  std::uint64_t until_ns_ = 0;
};

}  // namespace vexevt
