// History: the events that partial matches have taken. Each partial match is a chain from its last event back to its
// first; those that began alike share that part, which is given back when the last of them ends. What was given back
// is used again, so that a matcher in its steady state allocates nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/packing.h"
#include "lib/event/event.h"
#include "lib/event/field.h"

namespace vexevt {

// A field's value that outlives its event.
class KeptValue {
 public:
  void Keep(const FieldValue& value) {
    value_ = value;
    if (const auto* text = std::get_if<std::string_view>(&value)) bytes_.assign(*text);
  }
  FieldValue Get() const {
    return std::holds_alternative<std::string_view>(value_) ? FieldValue(std::string_view(bytes_)) : value_;
  }

  void Save(Packer* packer) const;
  void Load(Unpacker* unpacker);

 private:
  FieldValue value_;
  std::string bytes_;
};

struct TakenEvent {
  EventId id;
  std::uint64_t number = 0;   // of the event among those that the matcher saw
  std::uint32_t before = 0;   // the one taken before it, or History::kNone
  std::uint32_t holders = 0;  // partial matches and events that build on it
  std::uint16_t step = 0;     // as which step it was taken
  std::uint16_t at = 0;       // and at which position
  std::vector<KeptValue> values;
};

class History {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  const TakenEvent& operator[](std::uint32_t event) const { return events_[event]; }

  // Of `value_count` values, which are as they were; with one holder.
  std::uint32_t Add(std::uint32_t before, std::size_t value_count, TakenEvent** added) {
    std::uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<std::uint32_t>(events_.size());
      events_.emplace_back();
    } else {
      free_ = events_[index].before;
    }
    if (before != kNone) ++events_[before].holders;
    TakenEvent& event = events_[index];
    event.before = before;
    event.holders = 1;
    event.values.resize(value_count);
    *added = &event;
    return index;
  }

  void Hold(std::uint32_t event) { ++events_[event].holders; }
  std::size_t size() const { return events_.size(); }  // those that were given back among them

  void Release(std::uint32_t event) {
    while (event != kNone && --events_[event].holders == 0) {
      const std::uint32_t before = std::exchange(events_[event].before, free_);
      free_ = event;
      event = before;
    }
  }

  // What is held, each event behind the one that it builds on. Gives, by their index here, the indices that the events
  // have in what Load makes of it.
  std::vector<std::uint32_t> Save(Packer* packer) const;
  // Into an empty one. Who held events holds them again. False: that is nothing that Save wrote of such positions.
  struct Place {
    std::uint16_t step = 0;
    std::size_t value_count = 0;
  };
  bool Load(Unpacker* unpacker, std::span<const Place> positions);

 private:
  std::vector<TakenEvent> events_;
  std::uint32_t free_ = kNone;  // given back, linked by `before`
};

}  // namespace vexevt
