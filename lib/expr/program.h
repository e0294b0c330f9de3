// The flat program that an expression is compiled to: tests with two targets each, so that `and`, `or` and `not` are no
// more than where it goes on. For lib/expr itself.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/expr/predicate.h"

namespace vexevt {

enum class OpCode : std::uint8_t {
  // A number in the data section, read without ReadField.
  kRange16,  // value - low <= span, modulo the width: = < <= > >= of one range
  kRange32,
  kRange64,
  kRanges,  // the same in any of test's ranges
  kTypes,   // a bit of type_bits
  kMask,    // bit `value` of `low`
  kPriority,
  kBits,  // all the bits of `low`
  kFlag,  // a bool of flags
  // Bytes.
  kEquals,
  kStartsWith,
  kEndsWith,
  kUnder,
  kText,  // any other condition
  // The rest, by way of ReadField.
  kExists,
  kKeys,
  kWide,
  kClock,
  kAttribute,
};

// Codes of families below 0x20, 256 each: every known type.
struct TypeBits {
  static constexpr std::uint32_t kCodes = 0x2000;
  std::array<std::uint64_t, kCodes / 64> words{};
};

struct Op {
  OpCode code = OpCode::kExists;
  FieldPlace place = FieldPlace::kData;
  std::uint8_t width = 0;
  std::uint16_t payload = kAnyPayload, flag = 0, offset = 0;  // as in Field
  std::uint32_t on_true = 0, on_false = 0;                    // the next op, or Program's ends
  std::uint64_t low = 0, span = 0;
  std::string_view text;
  const Test* test = nullptr;
  const TypeBits* type_bits = nullptr;
};

struct Program {
  static constexpr std::uint32_t kAccept = 0xffff'ffff, kReject = 0xffff'fffe;

  bool Run(const EventView& event) const;

  std::vector<Op> ops;  // not empty; targets point forward only
  std::vector<std::unique_ptr<const TypeBits>> type_bits;
};

// Whether the op's test holds, its negation left aside.
bool RunOp(const Op& op, const EventView& event);

// `predicate` must outlive the program and stay where it is.
Program LowerPredicate(const Predicate& predicate);

}  // namespace vexevt
