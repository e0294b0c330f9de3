// EventKey: the value of some fields of an event as one 64-bit hash, for limits by user, duplicates by path, hashing
// over endpoints. The same for the same values in every process and on every host, so that a replay decides as the live
// run did. Two different values collide with a chance of 2^-64 a pair.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/event/field.h"

namespace vexevt {

class EventKey {
 public:
  EventKey() = default;

  // `fields` are names of field.h or attr.NAME, checked before. None: the event's id.
  explicit EventKey(const std::vector<std::string>& fields);

  // Allocates nothing. An absent field is a value of its own.
  std::uint64_t Hash(const EventView& event) const;

 private:
  struct Part {
    const Field* field;  // nullptr: the attribute
    std::string attribute;
  };
  std::vector<Part> parts_;
};

}  // namespace vexevt
