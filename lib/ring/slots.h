// Who holds writers back in mode kBlock: each reader has a slot with its position in every lane. A lane's writer keeps
// `acked` at the least of them and does not reserve more than lane_bytes beyond it; with no reader it stays where it
// is.
//
// A reader that comes while a writer looks at the slots must be either seen or told of what it missed. Both store first
// and look then (seq_cst): the writer raises acked and looks at the slots again, the reader enters acked and looks at
// acked again. Templates, as in lane.h; Slots is indexed by slot and gives the cell for the lane.
#pragma once

#include <atomic>
#include <cstdint>

namespace vexevt {

inline constexpr std::uint64_t kFreeSlot = ~std::uint64_t{0};

// The least position in the slots, none of them before `from`; `none` where all are free. A position that is not
// between `from` and `published` is made up: its reader misses what it misses.
template <typename Slots>
std::uint64_t SlowestReader(Slots& slots, unsigned count, std::uint64_t from, std::uint64_t published,
                            std::uint64_t none) {
  std::uint64_t least = none;
  bool any = false;
  for (unsigned slot = 0; slot < count; ++slot) {
    std::uint64_t position = slots[slot].load(std::memory_order_seq_cst);
    if (position == kFreeSlot) continue;
    if (position - from > published - from) position = published;
    if (!any || position < least) least = position;
    any = true;
  }
  return least;
}

// Raises acked as far as all readers allow; `own_acked` is the writer's own copy, which alone it believes.
template <typename Cell, typename Slots>
void RaiseAcked(Cell& acked, std::uint64_t* own_acked, Slots& slots, unsigned count, std::uint64_t published) {
  const std::uint64_t slowest = SlowestReader(slots, count, *own_acked, published, *own_acked);
  if (slowest == *own_acked) return;
  acked.store(slowest, std::memory_order_seq_cst);
  // One that came meanwhile may have entered the old value.
  const std::uint64_t again = SlowestReader(slots, count, *own_acked, published, slowest);
  if (again < slowest) acked.store(again, std::memory_order_seq_cst);
  *own_acked = again < slowest ? again : slowest;
}

// Enters a reader into a slot that it holds; returns where it starts.
template <typename Cell, typename SlotCell>
std::uint64_t EnterSlot(Cell& acked, SlotCell& slot) {
  std::uint64_t position = acked.load(std::memory_order_seq_cst);
  for (;;) {
    slot.store(position, std::memory_order_seq_cst);
    const std::uint64_t now = acked.load(std::memory_order_seq_cst);
    if (now == position) return position;
    position = now;
  }
}

}  // namespace vexevt
