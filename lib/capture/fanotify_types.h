// Which event types a fanotify mask stands for, and which mask tells of a type.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/event/type.h"

namespace vexevt {

struct TypeList {
  std::array<EventType, 12> types;
  std::size_t count = 0;
  const EventType* begin() const { return types.data(); }
  const EventType* end() const { return types.data() + count; }
};

// The types of a record's mask, in the order that fanotify.h documents. For directories fs.mkdir and fs.rmdir.
TypeList TypesOf(std::uint64_t mask);

// The least mask that tells of every wanted type; `fs_types` as in Selection.
std::uint64_t MaskFor(std::uint64_t fs_types);

}  // namespace vexevt
