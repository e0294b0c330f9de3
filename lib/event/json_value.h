// The values of JSON, written at a cursor: what json_write and templates share. Each returns the end of what it wrote;
// room is the caller's to have. May scribble on 8 bytes beyond the end.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "lib/event/event.h"
#include "lib/event/event_view.h"
#include "lib/event/field.h"

namespace vexevt {

// As it is.
inline char* WriteText(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// A quoted string, at most 6 bytes a byte and two quotes. What is not UTF-8 becomes U+FFFD, a byte each, and then
// *exact is set to false. Control characters, DEL and C1 among them, are escaped: the text is safe to show on a
// terminal.
char* WriteJsonString(std::string_view text, char* out, bool* exact);

std::string JsonText(std::string_view text);  // the same as a value, for what is not written for each event

char* WriteJsonBase64(std::string_view bytes, char* out);  // a quoted string

// Always with a point or exponent, so that it is told from an integer, and the shortest that reads back to the same
// bits; what JSON has no number for is a string: "nan", "inf", "-inf", and "nan(0x7ff8000000000001)" for other NaNs.
// At most 36 bytes.
char* WriteJsonFloat(double value, char* out);

char* WriteHex(std::uint64_t value, unsigned digits, char* out);

// The value that a field which is not bytes has by its raw bits in the frame; at most 48 bytes.
char* WriteJsonNumber(FieldType type, std::uint64_t bits, char* out);

char* WriteJsonWide(std::uint64_t high, std::uint64_t low, char* out);  // 32 hexadecimal digits, quoted

// The value of an attribute as it stands in the object "attributes": 2 * 8 bytes a byte and 64.
char* WriteJsonAttribute(const Attribute& attribute, char* out);

// Names of the bits of flags, from bit 0: the fields' names, and credentials and stat.
std::span<const std::string_view, 15> FlagNames();

}  // namespace vexevt
