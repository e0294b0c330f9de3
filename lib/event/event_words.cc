#include "lib/event/event_words.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/errno_name.h"
#include "lib/base/nearest_name.h"
#include "lib/base/units.h"
#include "lib/event/field.h"
#include "lib/event/layer.h"
#include "lib/event/unpack_fields.h"

namespace vexevt {
namespace {

// The values at the schema's offsets, until UnpackFields takes them.
struct Values {
  std::array<std::uint64_t, layout::kDataWords> words{};
  std::array<std::string_view, layout::kPointers> bytes{};

  template <typename T>
  T Get(unsigned offset) const {
    T value;
    std::memcpy(&value, reinterpret_cast<const std::byte*>(words.data()) + offset, sizeof value);
    return value;
  }
  bool GetBit(unsigned bit) const { return (words[bit / 64] >> (bit % 64) & 1) != 0; }
  std::string_view Bytes(unsigned slot) const { return bytes[slot]; }

  void Set(unsigned offset, unsigned width, std::uint64_t value) {
    std::memcpy(reinterpret_cast<std::byte*>(words.data()) + offset, &value, width);
  }
};

Status Unknown(std::string_view what, std::string_view name, std::string_view nearest) {
  return InvalidArgument(fmt::format("unknown {} '{}'{}", what, name, DidYouMean(nearest)));
}

template <typename T>
Result<T> ReadNumber(std::string_view text, std::string_view what, int base = 10) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return InvalidArgument(fmt::format("'{}' is not {}", text, what));
  }
  return value;
}

Result<double> ReadFloat(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return InvalidArgument(fmt::format("'{}' is not a number", text));
  }
  return value;
}

Result<bool> ReadBool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return InvalidArgument(fmt::format("'{}' is neither true nor false", text));
}

Result<std::uint64_t> ReadDevice(std::string_view text) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos) return InvalidArgument(fmt::format("'{}' is not MAJOR:MINOR", text));
  VEXEVT_ASSIGN(auto major, ReadNumber<std::uint32_t>(text.substr(0, colon), "a device's major number"));
  VEXEVT_ASSIGN(auto minor, ReadNumber<std::uint32_t>(text.substr(colon + 1), "a device's minor number"));
  if (major > 0xfff || minor > 0xfffff) return InvalidArgument(fmt::format("'{}' is out of range", text));
  return std::uint64_t{major} << 20 | minor;
}

// A value that is not bytes, as the bits that its field holds.
Result<std::uint64_t> ReadBits(FieldType type, std::string_view text) {
  switch (type) {
    case FieldType::kInt: {
      VEXEVT_ASSIGN(auto value, ReadNumber<std::int64_t>(text, "an integer"));
      return static_cast<std::uint64_t>(value);
    }
    case FieldType::kFloat: {
      VEXEVT_ASSIGN(double value, ReadFloat(text));
      return std::bit_cast<std::uint64_t>(value);
    }
    case FieldType::kSize:
      return ParseSize(text);
    case FieldType::kTime:
      return ParseTime(text, SystemClock().Now().wall_ns);
    case FieldType::kDuration:
      return ParseDuration(text);
    case FieldType::kBoundary: {
      auto boundary = ParseBoundary(text);
      if (!boundary) return Unknown("boundary", text, {});
      return static_cast<std::uint64_t>(*boundary);
    }
    case FieldType::kPriority: {
      auto priority = ParsePriority(text);
      if (!priority) return Unknown("priority", text, {});
      return static_cast<std::uint64_t>(*priority);
    }
    case FieldType::kMode:
      return ReadNumber<std::uint64_t>(text, "an octal mode", 8);
    case FieldType::kDevice:
      return ReadDevice(text);
    case FieldType::kErrno: {
      if (auto error = ParseErrno(text)) return static_cast<std::uint64_t>(*error);
      VEXEVT_ASSIGN(auto value, ReadNumber<std::int32_t>(text, "an error number or name"));
      return static_cast<std::uint64_t>(value);
    }
    case FieldType::kHex64:
      return ReadNumber<std::uint64_t>(text, "16 hexadecimal digits", 16);
    default:
      return ReadNumber<std::uint64_t>(text, "a number");
  }
}

bool IsSettable(const Field& field) {
  if (field.type == FieldType::kEventId || field.type == FieldType::kType) return false;
  if (field.name == "source" || field.name == "seq" || field.name == "mono" || field.name == "hlc") return false;
  return field.place != FieldPlace::kPathName && field.place != FieldPlace::kPathDir &&
         field.place != FieldPlace::kPathExt;
}

Status SetTrace(std::string_view text, Context* context) {
  if (text.size() != 32) return InvalidArgument(fmt::format("'{}' is not 32 hexadecimal digits", text));
  VEXEVT_ASSIGN(context->trace_high, ReadNumber<std::uint64_t>(text.substr(0, 16), "hexadecimal", 16));
  VEXEVT_ASSIGN(context->trace_low, ReadNumber<std::uint64_t>(text.substr(16), "hexadecimal", 16));
  return {};
}

Status SetField(const Field& field, std::string_view text, Values* values, Context* context) {
  switch (field.place) {
    case FieldPlace::kPointer:
      values->bytes[field.offset] = text;
      return {};
    case FieldPlace::kContextPointer:
      (field.offset == layout::kContextSession ? context->session : context->transaction) = text;
      return {};
    case FieldPlace::kContextData: {
      VEXEVT_ASSIGN(context->span, ReadBits(field.type, text));
      return {};
    }
    case FieldPlace::kWide:
      return SetTrace(text, context);
    case FieldPlace::kBit: {
      VEXEVT_ASSIGN(bool value, ReadBool(text));
      values->words[field.offset / 64] |= std::uint64_t{value} << (field.offset % 64);
      return {};
    }
    default:
      break;
  }
  auto flags = values->Get<std::uint16_t>(layout::kFlags);
  if (field.type == FieldType::kBool) {
    VEXEVT_ASSIGN(bool value, ReadBool(text));
    values->Set(layout::kFlags, 2, value ? flags | field.flag : flags);
    return {};
  }
  VEXEVT_ASSIGN(std::uint64_t bits, ReadBits(field.type, text));
  bool is_signed = field.type == FieldType::kInt || field.type == FieldType::kErrno;
  if (field.width < 8 && !is_signed && bits >> (8 * field.width) != 0) {
    return InvalidArgument(fmt::format("'{}' is too large", text));
  }
  values->Set(field.offset, field.width, bits);
  values->Set(layout::kFlags, 2, flags | field.flag);  // the value is known now
  return {};
}

Attribute ReadAttribute(std::string_view key, std::string_view text) {
  Attribute attribute{key, AttributeText{text}};
  if (auto flag = ReadBool(text); flag.ok()) {
    attribute.value = *flag;
  } else if (auto integer = ReadNumber<std::int64_t>(text, ""); integer.ok()) {
    attribute.value = *integer;
  } else if (auto real = ReadFloat(text); real.ok() && std::isfinite(*real)) {
    attribute.value = *real;
  }
  return attribute;
}

// The union's tag for events of a family, where no field says which payload is meant.
std::uint16_t PayloadOf(Family family) {
  switch (family) {
    case Family::kFs:
      return layout::kPayloadFsTagValue;
    case Family::kGraph:
      return layout::kPayloadGraphTagValue;
    case Family::kVector:
      return layout::kPayloadVectorTagValue;
    case Family::kAgent:
      return layout::kPayloadAgentTagValue;
    case Family::kSystem:
      return layout::kPayloadSystemTagValue;
    case Family::kSemantic:
      return layout::kPayloadSemanticTagValue;
    case Family::kObservability:
      return layout::kPayloadObservabilityTagValue;
    default:
      return layout::kPayloadNoneTagValue;
  }
}

std::string_view NearestSettable(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Field& field : AllFields()) {
    if (IsSettable(field)) names.push_back(field.name);
  }
  return NearestName(name, names);
}

Status DoesNotFit(std::string_view type, std::string_view name, std::uint16_t payload) {
  std::string fitting;
  for (const Field& field : AllFields()) {
    if (field.payload != payload || !IsSettable(field)) continue;
    fitting.append(fitting.empty() ? "" : ", ").append(field.name);
  }
  return InvalidArgument(fmt::format("{} has no '{}'; it may have {}, and what every event has", type, name, fitting));
}

}  // namespace

struct WrittenEvent::Texts {
  std::deque<std::string> texts;  // a deque, as views into it stay

  std::string_view Keep(std::string_view text) { return texts.emplace_back(text); }
};

WrittenEvent::WrittenEvent() : texts_(std::make_unique<Texts>()) {}
WrittenEvent::~WrittenEvent() = default;
WrittenEvent::WrittenEvent(WrittenEvent&&) noexcept = default;

Result<WrittenEvent> ReadEventWords(std::string_view type, std::span<const std::string> words) {
  auto code = ParseType(type);
  if (!code) {
    std::vector<std::string_view> names;
    for (const TypeInfo& known : AllTypes()) names.push_back(known.name);
    return Unknown("type", type, NearestName(type, names));
  }
  WrittenEvent written;
  Values values;
  Context context;
  std::vector<Attribute> attributes;
  const std::uint16_t usual = PayloadOf(FamilyOf(*code));
  std::uint16_t payload = usual;
  const Field* payload_field = nullptr;
  values.Set(layout::kType, 2, *code);
  values.Set(layout::kBoundary, 2, static_cast<std::uint64_t>(BoundaryOf(FamilyOf(*code))));
  for (std::string_view word : words) {
    auto equals = word.find('=');
    if (equals == std::string_view::npos) return InvalidArgument(fmt::format("'{}' is not FIELD=VALUE", word));
    std::string_view name = word.substr(0, equals);
    std::string_view text = written.texts_->Keep(word.substr(equals + 1));
    if (name.starts_with("attr.") && name.size() > 5) {
      attributes.push_back(ReadAttribute(written.texts_->Keep(name.substr(5)), text));
      continue;
    }
    const Field* field = FindField(name);
    if (!field) return Unknown("field", name, NearestSettable(name));
    if (!IsSettable(*field)) return InvalidArgument(fmt::format("'{}' can't be given: it is made, or follows", name));
    if (field->payload != kAnyPayload) {
      if (usual != layout::kPayloadNoneTagValue && field->payload != usual) return DoesNotFit(type, name, usual);
      if (payload_field && payload_field->payload != field->payload) {
        return InvalidArgument(fmt::format("no event has both '{}' and '{}'", payload_field->name, name));
      }
      payload_field = field;
      payload = field->payload;
    }
    Status set = SetField(*field, text, &values, &context);
    if (!set.ok()) return std::move(set).WithContext(name);
  }
  values.Set(layout::kPayloadTag, 2, payload);
  UnpackFields(values, &written.event);
  written.event.context = context;
  written.event.attributes = std::move(attributes);
  return written;
}

}  // namespace vexevt
