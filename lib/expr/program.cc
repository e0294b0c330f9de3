#include "lib/expr/program.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "lib/base/clock.h"
#include "lib/expr/literal.h"

namespace vexevt {
namespace {

bool HasField(const Op& op, const EventView& event) {
  return (op.payload == kAnyPayload || event.payload_tag() == op.payload) && (event.flags() & op.flag) == op.flag;
}

std::uint64_t LoadNumber(const Op& op, const EventView& event) {
  if (op.width == 8) return event.Get<std::uint64_t>(op.offset);
  if (op.width == 4) return event.Get<std::uint32_t>(op.offset);
  return event.Get<std::uint16_t>(op.offset);
}

// Empty where the event has no such field.
[[gnu::noinline]] std::string_view ReadDerivedText(const Op& op, const EventView& event) {
  switch (op.place) {
    case FieldPlace::kPathName:
      return PathName(event.Bytes(op.offset));
    case FieldPlace::kPathDir:
      return PathDir(event.Bytes(op.offset));
    case FieldPlace::kPathExt:
      return PathExt(event.Bytes(op.offset));
    default:
      return event.ContextBytes(op.offset);
  }
}

[[gnu::always_inline]] inline std::string_view ReadText(const Op& op, const EventView& event) {
  if (op.payload != kAnyPayload && event.payload_tag() != op.payload) return {};
  return op.place == FieldPlace::kPointer ? event.Bytes(op.offset) : ReadDerivedText(op, event);
}

std::optional<std::uint64_t> ReadKey(const EventView& event, const Field& field) {
  FieldValue value = ReadField(event, field);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return IntKey(*number);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || std::isnan(*number)) return std::nullopt;
  return FloatKey(*number);
}

bool HoldsKeys(const Test& test, const EventView& event) {
  std::optional<std::uint64_t> key = ReadKey(event, *test.field);
  return key && std::get<KeyTest>(test.what).keys.Contains(*key);
}

bool HoldsWide(const Test& test, const EventView& event) {
  FieldValue value = ReadField(event, *test.field);
  const auto* wide = std::get_if<Wide>(&value);
  if (wide == nullptr) return false;
  auto less = [](const Wide& a, const Wide& b) { return a.high != b.high ? a.high < b.high : a.low < b.low; };
  return std::ranges::binary_search(std::get<WideTest>(test.what).values, *wide, less);
}

bool HoldsClock(const Test& test, const EventView& event) {
  if (event.wall_ns() == 0) return false;
  const auto& clock = std::get<ClockTest>(test.what);
  constexpr std::int64_t kSecondsOfDay = 86'400;
  auto utc = static_cast<std::int64_t>(event.wall_ns() / kNsPerSecond);
  // A week is added so that nothing is negative west of Greenwich; 1970 began on a Thursday.
  std::int64_t local = utc + clock.zone->OffsetAt(utc) + 7 * kSecondsOfDay;
  std::int64_t key = clock.weekday ? (local / kSecondsOfDay + 3) % 7 + 1 : local % kSecondsOfDay;
  return clock.keys.Contains(static_cast<std::uint64_t>(key));
}

bool HoldsNumber(const AttributeTest& test, long double value) {
  switch (test.op) {
    case Operator::kEqual:
    case Operator::kIn:
      return std::ranges::binary_search(test.numbers, value);
    case Operator::kLess:
      return value < test.numbers[0];
    case Operator::kLessEqual:
      return value <= test.numbers[0];
    case Operator::kGreater:
      return value > test.numbers[0];
    case Operator::kGreaterEqual:
      return value >= test.numbers[0];
    default:
      return false;
  }
}

bool HoldsAttribute(const Test& test, const EventView& event) {
  const auto& wanted = std::get<AttributeTest>(test.what);
  std::size_t count = event.attribute_count();
  for (std::size_t i = 0; i < count; ++i) {
    Attribute attribute = event.attribute(i);
    if (attribute.key != wanted.key) continue;
    if (wanted.op == Operator::kExists) return true;
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
      return HoldsNumber(wanted, static_cast<long double>(*number));
    }
    if (const auto* number = std::get_if<double>(&attribute.value)) {
      return !std::isnan(*number) && HoldsNumber(wanted, static_cast<long double>(*number));
    }
    if (const auto* truth = std::get_if<bool>(&attribute.value)) return *truth ? wanted.is_true : wanted.is_false;
    if (!wanted.condition) return false;
    const auto* text = std::get_if<AttributeText>(&attribute.value);
    return wanted.condition->Holds(text ? text->value : std::get<AttributeBytes>(attribute.value).value);
  }
  return false;
}

// Apart from the rest, so that what is quick does not pay for the registers and stack that these need.
[[gnu::noinline]] bool HoldsRest(const Op& op, const EventView& event) {
  switch (op.code) {
    case OpCode::kText: {
      std::string_view value = ReadText(op, event);
      return !value.empty() && std::get<TextTest>(op.test->what).condition->Holds(value);
    }
    case OpCode::kExists:
      return !std::holds_alternative<std::monostate>(ReadField(event, *op.test->field));
    case OpCode::kKeys:
      return HoldsKeys(*op.test, event);
    case OpCode::kWide:
      return HoldsWide(*op.test, event);
    case OpCode::kClock:
      return HoldsClock(*op.test, event);
    case OpCode::kAttribute:
      return HoldsAttribute(*op.test, event);
    default:
      return false;
  }
}

// memcmp, without the call for what paths are compared with: two words that overlap cover up to 16 bytes.
inline bool SameBytes(const char* a, const char* b, std::size_t size) {
  if (size >= 8) {
    if (Load<std::uint64_t>(a) != Load<std::uint64_t>(b)) return false;
    if (Load<std::uint64_t>(a + size - 8) != Load<std::uint64_t>(b + size - 8)) return false;
    return size <= 16 || std::memcmp(a, b, size) == 0;
  }
  if (size >= 4) {
    return Load<std::uint32_t>(a) == Load<std::uint32_t>(b) &&
           Load<std::uint32_t>(a + size - 4) == Load<std::uint32_t>(b + size - 4);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

bool StartsWith(std::string_view value, std::string_view prefix) {
  return value.size() >= prefix.size() && SameBytes(value.data(), prefix.data(), prefix.size());
}

// Inlined into Run, where the loop's branches are predicted apart from those of other programs.
inline bool Holds(const Op& op, const EventView& event) {
  switch (op.code) {
    case OpCode::kRange16:
      return HasField(op, event) && static_cast<std::uint16_t>(event.Get<std::uint16_t>(op.offset) - op.low) <= op.span;
    case OpCode::kRange32:
      return HasField(op, event) && static_cast<std::uint32_t>(event.Get<std::uint32_t>(op.offset) - op.low) <= op.span;
    case OpCode::kRange64:
      return HasField(op, event) && event.Get<std::uint64_t>(op.offset) - op.low <= op.span;
    case OpCode::kRanges:
      return HasField(op, event) && std::get<KeyTest>(op.test->what).keys.Contains(LoadNumber(op, event));
    case OpCode::kTypes: {
      std::uint32_t type = event.type();
      if (type < TypeBits::kCodes) [[likely]]
        return op.type_bits->words[type / 64] >> (type % 64) & 1;
      return std::get<KeyTest>(op.test->what).keys.Contains(type);
    }
    case OpCode::kMask: {
      std::uint64_t value = LoadNumber(op, event);
      return value < 64 && (op.low >> value & 1);
    }
    case OpCode::kPriority:
      return op.low >> Urgency(event.priority()) & 1;
    case OpCode::kBits:
      return HasField(op, event) && (LoadNumber(op, event) & op.low) == op.low;
    case OpCode::kFlag:
      return ((event.flags() & op.flag) != 0) == (op.low != 0);
    case OpCode::kEquals: {
      std::string_view value = ReadText(op, event);
      return value.size() == op.text.size() && SameBytes(value.data(), op.text.data(), value.size());
    }
    case OpCode::kStartsWith: {
      std::string_view value = ReadText(op, event);
      return !value.empty() && StartsWith(value, op.text);
    }
    case OpCode::kEndsWith: {
      std::string_view value = ReadText(op, event);
      std::size_t size = op.text.size();
      return !value.empty() && value.size() >= size &&
             SameBytes(value.data() + value.size() - size, op.text.data(), size);
    }
    case OpCode::kUnder: {
      std::string_view value = ReadText(op, event);
      return !value.empty() && StartsWith(value, op.text) &&
             (value.size() == op.text.size() || value[op.text.size()] == '/');
    }
    default:
      return HoldsRest(op, event);
  }
}

}  // namespace

bool Program::Run(const EventView& event) const {
  const Op* const first = ops.data();
  for (std::uint32_t next = 0;;) {
    const Op& op = first[next];
    next = Holds(op, event) ? op.on_true : op.on_false;
    if (next >= kReject) return next == kAccept;
  }
}

bool RunOp(const Op& op, const EventView& event) { return Holds(op, event); }

}  // namespace vexevt
