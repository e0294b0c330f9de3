// Backlog: frames that wait behind a queue that is full, in order, in bounded memory. When the memory is used up the
// least urgent ones are shed, whoever came last or first among them as Shed says, and where they were a loss is kept.
//
// Not thread-safe. Adding, shedding and taking are O(1), whatever waits; a frame that waits costs its allocations, one
// that is shed at once none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <span>
#include <vector>

#include "lib/event/event.h"

namespace vexevt {

class Backlog {
 public:
  enum class Shed : std::uint8_t { kNewest, kOldest };

  // What is missing at one place.
  struct Loss {
    std::uint64_t events = 0;
    bool more = false;  // and a gap of unknown size
    bool any() const { return events > 0 || more; }
  };

  static constexpr std::size_t kUrgencies = 5;  // Urgency()
  using Counts = std::array<std::uint64_t, kUrgencies>;

  Backlog(std::size_t most_bytes, Shed shed) : most_bytes_(most_bytes), shed_(shed) {}

  // For what comes from now on.
  void Redefine(std::size_t most_bytes, Shed shed) {
    most_bytes_ = most_bytes;
    shed_ = shed;
  }

  // Takes `frame`, or sheds it, or others for it; returns how many were shed. Events that tell of the stream itself are
  // as urgent as any; the losses that a shed one tells of are kept.
  std::size_t Add(std::span<const std::byte> frame);

  bool empty() const { return order_.empty(); }
  std::size_t bytes() const { return bytes_; }  // with what it costs to keep them

  // What was shed before the next frame, or at the end where there is none; once.
  Loss TakeLoss();
  bool has_loss() const { return order_.empty() ? end_.any() : order_.front().before.any(); }
  // The next frame; only where there is one. Valid until Pop.
  std::span<const std::byte> front() const { return order_.front().frame; }
  void Pop();

  // All that were shed since the start, by Urgency.
  const Counts& shed_counts() const { return counts_; }

 private:
  struct Waiting {
    std::vector<std::byte> frame;
    std::size_t urgency;
    Loss before;
  };
  using Order = std::list<Waiting>;

  static std::size_t CostOf(std::size_t frame_bytes) { return frame_bytes + kOverheadBytes; }
  // What list, lane and allocator need for each.
  static constexpr std::size_t kOverheadBytes = 128;

  void Evict(Order::iterator waiting);

  std::size_t most_bytes_;
  Shed shed_;
  Order order_;
  std::array<std::deque<Order::iterator>, kUrgencies> lanes_;  // of order_, those of one urgency; in order
  std::size_t bytes_ = 0;
  Loss end_;  // behind the last one
  // After one of this urgency was refused, a quarter has to be free before one that is not more urgent is taken: else
  // every other event might be a gap.
  int refused_urgency_ = -1;
  Counts counts_{};
};

}  // namespace vexevt
