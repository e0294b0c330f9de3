#include "lib/expr/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/errno_name.h"
#include "lib/base/nearest_name.h"
#include "lib/base/units.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

template <typename Number, typename... Base>
std::optional<Number> ParseNumber(std::string_view text, Base... base) {
  Number number{};
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number, base...);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  return number;
}

Range One(std::uint64_t key) { return {key, key}; }

Status NotA(std::string_view what, const Field& field, std::string_view text) {
  return InvalidArgument(fmt::format("'{}' is compared with {}, not with '{}'", field.name, what, text));
}

Result<Range> ParseUnsigned(const Field& field, std::string_view text) {
  if (text.starts_with("0x")) {
    if (auto number = ParseNumber<std::uint64_t>(text.substr(2), 16)) return One(*number);
  } else if (auto count = ParseCount(text); count.ok()) {
    return One(*count);
  }
  if (text.starts_with('-') && ParseCount(text.substr(1)).ok()) {
    return InvalidArgument(fmt::format("'{}' is never negative", field.name));
  }
  return NotA("a number", field, text);
}

Result<Range> ParseBytes(const Field& field, std::string_view text) {
  if (auto size = ParseSize(text); size.ok()) return One(*size);
  if (text.starts_with('-') && ParseSize(text.substr(1)).ok()) {
    return InvalidArgument(fmt::format("'{}' is never negative", field.name));
  }
  return NotA("a size as 4096, 10M or 1KB", field, text);
}

// Without a zone the same expression would decide otherwise on another machine; with 'now' at another time.
Result<Range> ParseInstant(const Field& field, std::string_view text) {
  if (text.starts_with("now") || text == "today" || text == "yesterday") {
    return InvalidArgument(
        fmt::format("'{}' is not known here, as an expression decides on a recording as it did live: give the time, "
                    "or use --since and --until",
                    text));
  }
  auto time = ParseTime(text);
  if (!time.ok()) return NotA("a time as 2026-11-23T12:00:00Z", field, text);
  bool offset = text.size() > 16 && (text[text.size() - 6] == '+' || text[text.size() - 6] == '-');
  bool zoned = offset || text.starts_with('@') || text.ends_with('Z') || text.ends_with('z');
  if (!zoned) return InvalidArgument(fmt::format("'{}' has no zone: end it with Z or +01:00", text));
  return One(*time);
}

Result<Range> ParseEventType(std::string_view text) {
  if (text.ends_with(".*")) {
    if (auto family = ParseFamily(text.substr(0, text.size() - 2))) {
      std::uint64_t first = static_cast<std::uint64_t>(*family) << 8;
      return Range{first, first | 0xff};
    }
  } else if (auto type = ParseType(text)) {
    return One(*type);
  }
  std::vector<std::string> families;
  for (unsigned family = 0; family < 256; ++family) {
    std::string_view name = FamilyName(static_cast<Family>(family));
    if (!name.empty()) families.push_back(std::string(name) + ".*");
  }
  std::vector<std::string_view> names(families.begin(), families.end());
  for (const TypeInfo& type : AllTypes()) names.push_back(type.name);
  std::string_view nearest = NearestName(text, names);
  if (ParseFamily(text)) nearest = *std::ranges::find(families, std::string(text) + ".*");
  return InvalidArgument(fmt::format("unknown type '{}'{}", text, DidYouMean(nearest)));
}

Result<Range> ParseBoundaryName(std::string_view text) {
  if (auto boundary = ParseBoundary(text)) return One(static_cast<std::uint64_t>(*boundary));
  std::vector<std::string_view> names;
  for (unsigned i = 0; !BoundaryName(static_cast<Boundary>(i)).empty(); ++i) {
    names.push_back(BoundaryName(static_cast<Boundary>(i)));
  }
  return InvalidArgument(fmt::format("unknown boundary '{}'{}", text, DidYouMean(NearestName(text, names))));
}

Result<Range> ParsePriorityName(std::string_view text) {
  if (auto priority = ParsePriority(text)) return One(PriorityKey(*priority));
  return InvalidArgument(fmt::format("unknown priority '{}': known are critical, high, normal, low, background", text));
}

Result<Range> ParseError(const Field& field, std::string_view text) {
  if (auto number = ParseNumber<std::int32_t>(text)) return One(IntKey(*number));
  if (auto error = ParseErrno(text)) return One(IntKey(*error));
  return NotA("an error as ENOENT, or 0", field, text);
}

Result<Range> ParseMode(const Field& field, std::string_view text) {
  if (auto mode = ParseNumber<std::uint64_t>(text, 8)) return One(*mode);
  return NotA("an octal number", field, text);
}

// As event.h has it: minor in the lower 20 bits.
Result<Range> ParseDevice(const Field& field, std::string_view text) {
  auto colon = text.find(':');
  if (colon != std::string_view::npos) {
    auto major = ParseNumber<std::uint32_t>(text.substr(0, colon));
    auto minor = ParseNumber<std::uint32_t>(text.substr(colon + 1));
    if (major && minor && *major < (1U << 12) && *minor < (1U << 20)) return One(*major << 20 | *minor);
  }
  return NotA("a device as 8:1", field, text);
}

Result<Range> ParseHex(const Field& field, std::string_view text) {
  std::string_view digits = text.starts_with("0x") ? text.substr(2) : text;
  if (auto number = ParseNumber<std::uint64_t>(digits, 16)) return One(*number);
  return NotA("a number of up to 16 hexadecimal digits", field, text);
}

}  // namespace

bool HasKeys(FieldType type) {
  return type != FieldType::kBytes && type != FieldType::kEventId && type != FieldType::kTraceId;
}

bool IsOrdered(FieldType type) {
  switch (type) {
    case FieldType::kUint:
    case FieldType::kInt:
    case FieldType::kFloat:
    case FieldType::kSize:
    case FieldType::kTime:
    case FieldType::kDuration:
    case FieldType::kPriority:
    case FieldType::kErrno:
      return true;
    default:
      return false;
  }
}

Range KeyDomain(const Field& field) {
  switch (field.type) {
    case FieldType::kBool:
      return {0, 1};
    case FieldType::kPriority:
      return {0, 4};
    case FieldType::kErrno:
      return {IntKey(std::numeric_limits<std::int32_t>::min()), IntKey(std::numeric_limits<std::int32_t>::max())};
    case FieldType::kInt:
      return {0, ~std::uint64_t{0}};
    case FieldType::kFloat:
      return {FloatKey(-std::numeric_limits<double>::infinity()), FloatKey(std::numeric_limits<double>::infinity())};
    default: {
      std::uint64_t first = AbsentWhenZero(field) ? 1 : 0;
      return {first, field.width == 2 ? 0xffff : field.width == 4 ? 0xffff'ffff : ~std::uint64_t{0}};
    }
  }
}

Result<Range> ParseKeys(const Field& field, std::string_view text) {
  switch (field.type) {
    case FieldType::kUint:
      return ParseUnsigned(field, text);
    case FieldType::kInt:
      if (auto number = ParseNumber<std::int64_t>(text)) return One(IntKey(*number));
      return NotA("a whole number", field, text);
    case FieldType::kFloat:
      if (auto number = ParseNumber<double>(text); number && !std::isnan(*number)) return One(FloatKey(*number));
      return NotA("a number", field, text);
    case FieldType::kBool:
      if (text == "true" || text == "false") return One(text == "true");
      return NotA("true or false", field, text);
    case FieldType::kSize:
      return ParseBytes(field, text);
    case FieldType::kTime:
      return ParseInstant(field, text);
    case FieldType::kDuration:
      if (auto duration = ParseDuration(text); duration.ok()) return One(*duration);
      return NotA("a duration as 250ms or 7d", field, text);
    case FieldType::kType:
      return ParseEventType(text);
    case FieldType::kBoundary:
      return ParseBoundaryName(text);
    case FieldType::kPriority:
      return ParsePriorityName(text);
    case FieldType::kMode:
      return ParseMode(field, text);
    case FieldType::kDevice:
      return ParseDevice(field, text);
    case FieldType::kErrno:
      return ParseError(field, text);
    case FieldType::kHex64:
      return ParseHex(field, text);
    case FieldType::kBytes:
    case FieldType::kEventId:
    case FieldType::kTraceId:
      break;
  }
  return NotA("a number", field, text);
}

Result<Wide> ParseWide(const Field& field, std::string_view text) {
  if (text.size() == 32) {
    auto high = ParseNumber<std::uint64_t>(text.substr(0, 16), 16);
    auto low = ParseNumber<std::uint64_t>(text.substr(16), 16);
    if (high && low) return Wide{*high, *low};
  }
  return NotA("an id of 32 hexadecimal digits", field, text);
}

}  // namespace vexevt
