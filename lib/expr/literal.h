// Values as they stand in expressions, read by the type of the field they are compared with. For lib/expr itself.
//
// Integers of every kind, times, types, floats become keys: unsigned numbers in the order of the values, so that every
// comparison of them is the question whether a key lies in a RangeSet.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/event/field.h"
#include "lib/expr/range_set.h"

namespace vexevt {

// Whether values of the type have keys: all but bytes and the 16-byte ids.
bool HasKeys(FieldType type);

// Whether `<` means something.
bool IsOrdered(FieldType type);

// The keys that a present value of the field can have.
Range KeyDomain(const Field& field);

// Signed numbers keep their order when their sign bit is turned; IEEE 754's doubles when the negative ones are inverted
// whole. -0 is 0. Not for NaN, which is as if absent.
inline constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
inline std::uint64_t IntKey(std::int64_t value) { return static_cast<std::uint64_t>(value) ^ kSignBit; }
inline std::uint64_t FloatKey(double value) {
  auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

// Priorities are ordered by urgency: 0 background … 4 critical.
inline std::uint64_t PriorityKey(Priority priority) { return static_cast<std::uint64_t>(Urgency(priority)); }

// The keys that `text` stands for: one, or those of a family of types (fs.*). A failure's message is without a column.
Result<Range> ParseKeys(const Field& field, std::string_view text);

// 32 hexadecimal digits.
Result<Wide> ParseWide(const Field& field, std::string_view text);

}  // namespace vexevt
