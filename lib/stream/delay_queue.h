// DelayQueue: events held back for a while, given out in the order in which they fall due, equals as they came.
//
// Due by the stream's own clock: an event that was held until t goes out before the first event that happened at t or
// later, so a recorded stream gives what the live one gave. The owner also asks by the real clock when no event comes.
//
// Its memory is bounded: where events need more, the earliest go out before they are due. That too depends on the
// events alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/packing.h"

namespace vexevt {

class DelayQueue {
 public:
  explicit DelayQueue(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

  // Calls give(frame) for what has to make room, which may be this one.
  template <typename Give>
  void Add(std::uint64_t due_ns, std::span<const std::byte> frame, Give give) {
    heap_.push_back({due_ns, ++added_, {frame.begin(), frame.end()}});
    std::ranges::push_heap(heap_, Later());
    bytes_ += CostOf(frame.size());
    while (bytes_ > most_bytes_) {
      ++early_;
      Pop(give);
    }
  }

  // Calls give(frame) for every event due at `now_ns` or before.
  template <typename Give>
  void TakeDue(std::uint64_t now_ns, Give give) {
    while (!heap_.empty() && heap_.front().due_ns <= now_ns) {
      Pop(give);
    }
  }

  // When the next event falls due; nullopt while nothing waits.
  std::optional<std::uint64_t> next_due_ns() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().due_ns;
  }
  std::size_t size() const { return heap_.size(); }
  // Events that went out before they were due.
  std::uint64_t early() const { return early_; }

  void Save(Packer* packer) const {
    packer->Put(added_);
    packer->PutCount(heap_.size());
    for (const Held& held : heap_) {
      packer->Put(held.due_ns);
      packer->Put(held.order);
      packer->PutText(AsText(held.frame));
    }
  }
  // Into an empty one. The frames are not looked at. False: that is nothing that Save wrote.
  bool Load(Unpacker* unpacker) {
    added_ = unpacker->Get<std::uint64_t>();
    if (added_ > kMostAdded) return false;
    for (std::size_t count = unpacker->GetCount(3 * sizeof(std::uint64_t)); count > 0; --count) {
      const auto due_ns = unpacker->Get<std::uint64_t>(), order = unpacker->Get<std::uint64_t>();
      const std::span<const std::byte> frame = AsBytes(unpacker->GetText());
      if (order > added_) return false;
      heap_.push_back({due_ns, order, {frame.begin(), frame.end()}});
      bytes_ += CostOf(frame.size());
    }
    return unpacker->ok() && std::ranges::is_heap(heap_, Later());
  }

 private:
  static constexpr std::uint64_t kMostAdded = ~std::uint64_t{0} >> 1;  // no run counts so far

  // With its entry in the heap and what the allocator adds.
  static std::uint64_t CostOf(std::size_t frame_bytes) { return frame_bytes + sizeof(Held) + 16; }

  template <typename Give>
  void Pop(Give give) {
    std::ranges::pop_heap(heap_, Later());
    const Held held = std::move(heap_.back());
    heap_.pop_back();
    bytes_ -= CostOf(held.frame.size());
    give(std::span<const std::byte>(held.frame));
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
  std::vector<Held> heap_;
  std::uint64_t most_bytes_, bytes_ = 0;
  std::uint64_t added_ = 0, early_ = 0;
};

}  // namespace vexevt
