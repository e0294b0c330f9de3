// DelayQueue: events held back for a while, given out in the order in which they fall due, equals as they came.
//
// Due by the stream's own clock: an event that was held until t goes out before the first event that happened at t or
// later, so a recorded stream gives what the live one gave. The owner also asks by the real clock when no event comes.
//
// Its memory is bounded: where events need more, the earliest go out before they are due. That too depends on the
// events alone.
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
  explicit DelayQueue(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

  // Calls give(frame) for what has to make room, which may be this one.
  template <typename Give>
  void Add(std::uint64_t due_ns, std::span<const std::byte> frame, Give give) {
    heap_.push({due_ns, ++added_, {frame.begin(), frame.end()}});
    bytes_ += CostOf(frame.size());
    while (bytes_ > most_bytes_) {
      ++early_;
      Pop(give);
    }
  }

  // Calls give(frame) for every event due at `now_ns` or before.
  template <typename Give>
  void TakeDue(std::uint64_t now_ns, Give give) {
    while (!heap_.empty() && heap_.top().due_ns <= now_ns) {
      Pop(give);
    }
  }

  // When the next event falls due; nullopt while nothing waits.
  std::optional<std::uint64_t> next_due_ns() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().due_ns;
  }
  std::size_t size() const { return heap_.size(); }
  // Events that went out before they were due.
  std::uint64_t early() const { return early_; }

 private:
  // With its entry in the heap and what the allocator adds.
  static std::uint64_t CostOf(std::size_t frame_bytes) { return frame_bytes + sizeof(Held) + 16; }

  template <typename Give>
  void Pop(Give give) {
    give(std::span<const std::byte>(heap_.top().frame));
    bytes_ -= CostOf(heap_.top().frame.size());
    heap_.pop();
  }

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
  std::uint64_t most_bytes_, bytes_ = 0;
  std::uint64_t added_ = 0, early_ = 0;
};

}  // namespace vexevt
