// The one list of the fields that people can name: in expressions, templates, CSV columns, completions, man pages. Each
// entry says where the value lies, so that expr can compile a comparison to a load at an offset.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "lib/event/event_view.h"

namespace vexevt {

// What a value is: how it is compared, written and read.
enum class FieldType : std::uint8_t {
  kUint,
  kInt,
  kFloat,
  kBool,
  kBytes,     // any bytes; compared as such
  kSize,      // bytes: 10M
  kTime,      // ns since 1970: 2026-11-23T12:00:00Z
  kDuration,  // ns: 250ms
  kType,      // fs.create
  kBoundary,
  kPriority,  // compared by urgency
  kMode,      // octal
  kDevice,    // 8:1
  kErrno,     // ENOENT
  kEventId,   // 32 hexadecimal digits
  kTraceId,   // 32 hexadecimal digits
  kHex64,     // 16 hexadecimal digits
};

enum class FieldPlace : std::uint8_t {
  kData,         // `width` bytes at byte `offset` of the data section
  kBit,          // bit `offset` of the data section
  kPointer,      // Data at pointer `offset`
  kContextData,  // 8 bytes at byte `offset` of the context
  kContextPointer,
  kPathName,  // after the last '/' of the pointer at `offset`
  kPathDir,   // before it
  kPathExt,   // after the last '.' of the name, where that isn't its first byte
  kWide,      // 16 bytes: the id, or the context's trace
};

inline constexpr std::uint16_t kAnyPayload = 0xffff;

struct Field {
  std::string_view name;
  FieldType type;
  FieldPlace place;
  std::uint8_t width;
  std::uint16_t offset;
  std::uint16_t payload;  // the union's tag with which the field exists; kAnyPayload: every event
  std::uint16_t flag;     // bit of flags without which the value is not known; 0: none. For kBool of flags: the bit.
  std::string_view meaning;
};

std::span<const Field> AllFields();
const Field* FindField(std::string_view name);  // nullptr where there is none

// Whether it follows from other fields: parts of id, path and flags.
bool IsDerived(const Field& field);

// The field whose name is nearest to `name`, see lib/base/nearest_name.h.
std::string_view NearestField(std::string_view name);

struct Wide {
  std::uint64_t high, low;
  bool operator==(const Wide&) const = default;
};

// Whether a zero is how the frame says that the event does not have this field.
bool AbsentWhenZero(const Field& field);

// monostate: the event doesn't have the field. kUint, kSize, kTime … are uint64; kInt and kErrno int64.
using FieldValue = std::variant<std::monostate, std::uint64_t, std::int64_t, double, bool, std::string_view, Wide>;
FieldValue ReadField(const EventView& event, const Field& field);

std::string_view PathName(std::string_view path);
std::string_view PathDir(std::string_view path);
std::string_view PathExt(std::string_view path);

// Names of enum values, in the order of the schema; empty where unknown.
std::string_view BoundaryName(Boundary boundary);
std::optional<Boundary> ParseBoundary(std::string_view name);
std::string_view PriorityName(Priority priority);
std::optional<Priority> ParsePriority(std::string_view name);

}  // namespace vexevt
