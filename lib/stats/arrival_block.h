// ArrivalBlock: events on their way to their groups, some at a time. With more groups than a cache holds each event has
// to wait for its group's state, and those waits are side by side here in place of one after the other: what is needed
// is asked for in steps, each for all the events of the block, and only then read.
//
// What the groups hold afterwards is as if each event had been counted by itself. Allocates nothing but for keys longer
// than all before in their place. Not thread-safe.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "lib/stats/group_table.h"

namespace vexevt {

class ArrivalBlock {
 public:
  // Borrows both.
  ArrivalBlock(const StatePlan& plan, const std::vector<Column>& by) : plan_(plan), by_(by) {}

  bool full() const { return size_ == kMostArrivals; }

  // While it isn't full. Event and table are borrowed until Settle, and the table has one plan with this.
  void Add(const EventView& event, GroupTable* table);

  struct Placed {
    const EventView* event = nullptr;
    GroupTable* table = nullptr;
    std::uint32_t row = 0;
    bool first = false;  // of its row
    std::uint64_t hash = 0;
    std::string key;
  };
  // Counts the events in their groups. What it gives is in their order, and valid until the next Add.
  std::span<const Placed> Settle();

 private:
  const StatePlan& plan_;
  const std::vector<Column>& by_;
  std::array<Placed, kMostArrivals> placed_;
  std::size_t size_ = 0;
};

}  // namespace vexevt
