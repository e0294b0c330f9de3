// DelayQueue: events held back for a while, given out in the order in which they fall due, equals as they came.
//
// Due by the stream's own clock: an event that was held until t goes out before the first event that happened at t or
// later, so a recorded stream gives what the live one gave. The owner also asks by the real clock when no event comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <vector>

namespace vexevt {

class DelayQueue {
 public:
  void Add(std::uint64_t due_ns, std::span<const std::byte> frame) {
    heap_.push({due_ns, ++added_, {frame.begin(), frame.end()}});
  }

  // Calls give(frame) for every event due at `now_ns` or before.
  template <typename Give>
  void TakeDue(std::uint64_t now_ns, Give give) {
    while (!heap_.empty() && heap_.top().due_ns <= now_ns) {
      give(std::span<const std::byte>(heap_.top().frame));
      heap_.pop();
    }
  }

  // When the next event falls due; nullopt while nothing waits.
  std::optional<std::uint64_t> next_due_ns() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().due_ns;
  }
  std::size_t size() const { return heap_.size(); }

 private:
  struct Held {
    std::uint64_t due_ns;
    std::uint64_t order;
    std::vector<std::byte> frame;
  };
  struct Later {
    bool operator()(const Held& a, const Held& b) const {
      return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.order > b.order;
    }
  };
  std::priority_queue<Held, std::vector<Held>, Later> heap_;
  std::uint64_t added_ = 0;
};

}  // namespace vexevt
