// What a matcher found, and whom it tells.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lib/event/event.h"
#include "lib/event/field.h"

namespace vexevt {

// A value that is bound in a match, under the name that it is shown by: "read.path", or a field of the key.
struct BoundValue {
  std::string_view name;
  FieldValue value;
};

// Borrowed for the call.
struct Found {
  std::span<const EventId> causes;  // in the order of the events
  std::span<const BoundValue> values;
  std::uint64_t wall_ns = 0;  // of the last event, or when the time was over
  bool uncertain = false;     // it rests on something not having happened while events were missing
  bool timed_out = false;     // no match: it began as one, and ran out of time
};

class FoundSink {
 public:
  virtual ~FoundSink() = default;
  virtual void Tell(const Found& found) = 0;
};

}  // namespace vexevt
