// RecentEvents: what the newest events were about, by their ids, so that the causes that an event names can be found. A
// table of one size: an event takes the place of one that came long before it. The ids of one source count up, so that
// its events lie side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/graph/graph.h"

namespace vexevt {

class RecentEvents {
 public:
  static constexpr std::size_t kSize = std::size_t{1} << 18;

  RecentEvents() : slots_(kSize) {}

  void Put(const EventId& event, NodeId node) { slots_[PlaceOf(event)] = {event, node}; }

  std::optional<NodeId> Find(const EventId& event) const {
    const Slot& slot = slots_[PlaceOf(event)];
    return slot.event == event && event != EventId{} ? std::optional(slot.node) : std::nullopt;
  }

 private:
  struct Slot {
    EventId event;
    NodeId node = 0;
  };

  static std::size_t PlaceOf(const EventId& event) { return (event.source + event.sequence) % kSize; }

  std::vector<Slot> slots_;
};

}  // namespace vexevt
