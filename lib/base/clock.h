// Clocks as values, so that tests and replays can hold time still.
#pragma once

#include <cstdint>

namespace vexevt {

inline constexpr std::uint64_t kNsPerUs = 1'000;
inline constexpr std::uint64_t kNsPerMs = 1'000'000;
inline constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// Nanoseconds since 1970 (CLOCK_REALTIME) and since boot (CLOCK_BOOTTIME, which goes on during suspend).
struct Instant {
  std::uint64_t wall_ns = 0;
  std::uint64_t mono_ns = 0;
};

// The seam for tests: the real clock, or one that the test sets.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() = 0;
};

Clock& SystemClock();  // thread-safe
inline std::uint64_t MonoNow() { return SystemClock().Now().mono_ns; }

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant now) : now_(now) {}
  Instant Now() override { return now_; }
  void Advance(std::uint64_t ns) {
    now_.wall_ns += ns;
    now_.mono_ns += ns;
  }
  void Set(Instant now) { now_ = now; }

 private:
  Instant now_;
};

}  // namespace vexevt
