#include "lib/stats/arrival_block.h"

#include <utility>

#include "lib/stats/group_key.h"

namespace vexevt {

void ArrivalBlock::Add(const EventView& event, GroupTable* table) {
  Placed& placed = placed_[size_++];
  placed.event = &event;
  placed.table = table;
  ReadGroupKey(event, by_, &placed.key);
  placed.hash = table->HashOf(placed.key);
  table->PrefetchSlot(placed.hash);
}

std::span<const ArrivalBlock::Placed> ArrivalBlock::Settle() {
  const auto used = std::span(placed_).first(std::exchange(size_, 0));
  for (const Placed& placed : used) placed.table->PrefetchRow(placed.hash);
  for (Placed& placed : used) {
    placed.row = placed.table->RowOf(placed.key, placed.hash);
    placed.first = AddToHead({placed.event, placed.table->State(placed.row)});
  }
  // Rows don't move any more from here on.
  std::array<Arrival, kMostArrivals> arrivals;
  for (std::size_t i = 0; i < used.size(); ++i) arrivals[i] = {used[i].event, used[i].table->State(used[i].row)};
  AddToCells(plan_, std::span(arrivals).first(used.size()));
  return used;
}

}  // namespace vexevt
