#include "lib/event/json_value.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include "lib/base/base64.h"
#include "lib/base/bytes.h"
#include "lib/base/errno_name.h"
#include "lib/base/units.h"
#include "lib/base/utf8.h"

namespace vexevt {
namespace {

constexpr std::string_view kFlagNames[] = {"atomic",     "transactional", "causal",     "agentvisible", "deterministic",
                                           "compressed", "indexed",       "replicated", "credentials",  "stat",
                                           "directory",  "synthetic",     "split",      "injected",     "caused"};

constexpr char kHexDigits[] = "0123456789abcdef";

char* PutQuoted(std::string_view text, char* out) {
  *out++ = '"';
  out = WriteText(text, out);
  *out++ = '"';
  return out;
}

template <typename T>
char* PutInt(T value, char* out) {
  return std::to_chars(out, out + 24, value).ptr;
}

// In each byte of the result the high bit is set where that byte of `word` may not be copied as it is: controls, DEL,
// quote, backslash, beyond ASCII. Bytes after the first such may be marked wrongly (the subtraction borrows), none is
// missed.
std::uint64_t Special(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
  auto zero = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  return (word | (word - 0x20 * kOnes) | zero(word ^ 0x22 * kOnes) | zero(word ^ 0x5c * kOnes) |
          zero(word ^ 0x7f * kOnes)) &
         kHigh;
}

// The character at the front of `text`, escaped; takes it off.
char* PutSpecial(std::string_view* text, char* out, bool* exact) {
  std::size_t length = Utf8Length(*text);
  auto byte = static_cast<unsigned char>(text->front());
  if (length == 1) {
    *out++ = '\\';
    switch (byte) {
      case '"':
      case '\\':
        *out++ = static_cast<char>(byte);
        break;
      case '\n':
        *out++ = 'n';
        break;
      case '\r':
        *out++ = 'r';
        break;
      case '\t':
        *out++ = 't';
        break;
      default:
        out = WriteHex(byte, 2, WriteText("u00", out));
    }
  } else if (length == 2 && byte == 0xc2 && static_cast<unsigned char>((*text)[1]) < 0xa0) {
    out = WriteHex(static_cast<unsigned char>((*text)[1]), 2, WriteText("\\u00", out));  // C1
  } else if (length > 0) {
    out = WriteText(text->substr(0, length), out);
  } else {
    out = WriteText("\xef\xbf\xbd", out);
    *exact = false;
    length = 1;
  }
  text->remove_prefix(length);
  return out;
}

}  // namespace

std::span<const std::string_view, 15> FlagNames() { return kFlagNames; }

char* WriteJsonString(std::string_view text, char* out, bool* exact) {
  *out++ = '"';
  while (text.size() >= 8) {
    auto word = Load<std::uint64_t>(text.data());
    Store(out, word);
    std::uint64_t special = Special(word);
    std::size_t plain = special ? static_cast<std::size_t>(std::countr_zero(special)) / 8 : 8;
    text.remove_prefix(plain);
    out += plain;
    if (special) out = PutSpecial(&text, out, exact);
  }
  while (!text.empty()) {
    auto byte = static_cast<unsigned char>(text.front());
    if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
      *out++ = text.front();
      text.remove_prefix(1);
    } else {
      out = PutSpecial(&text, out, exact);
    }
  }
  *out++ = '"';
  return out;
}

std::string JsonText(std::string_view text) {
  std::string out(6 * text.size() + 2 + 8, '\0');
  bool exact = true;
  out.resize(static_cast<std::size_t>(WriteJsonString(text, out.data(), &exact) - out.data()));
  return out;
}

char* WriteJsonBase64(std::string_view bytes, char* out) {
  *out++ = '"';
  out = WriteBase64(bytes, out);
  *out++ = '"';
  return out;
}

char* WriteHex(std::uint64_t value, unsigned digits, char* out) {
  for (unsigned i = digits; i-- > 0; value >>= 4) out[i] = kHexDigits[value & 15];
  return out + digits;
}

char* WriteJsonFloat(double value, char* out) {
  if (std::isnan(value)) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    if (bits == std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN()))
      return WriteText("\"nan\"", out);
    return WriteText(")\"", WriteHex(bits, 16, WriteText("\"nan(0x", out)));
  }
  if (std::isinf(value)) return WriteText(value < 0 ? "\"-inf\"" : "\"inf\"", out);
  char* end = std::to_chars(out, out + 32, value).ptr;
  for (const char* c = out; c != end; ++c) {
    if (*c == '.' || *c == 'e') return end;
  }
  return WriteText(".0", end);
}

char* WriteJsonNumber(FieldType type, std::uint64_t bits, char* out) {
  switch (type) {
    case FieldType::kInt:
      return PutInt(static_cast<std::int64_t>(bits), out);
    case FieldType::kFloat:
      return WriteJsonFloat(std::bit_cast<double>(bits), out);
    case FieldType::kBool:
      return WriteText(bits ? "true" : "false", out);
    case FieldType::kTime:
      *out = '"';
      WriteTime(bits, out + 1);
      out[kTimeChars + 1] = '"';
      return out + kTimeChars + 2;
    case FieldType::kType: {
      std::string_view name = KnownTypeName(static_cast<EventType>(bits));
      if (!name.empty()) return PutQuoted(name, out);
      return WriteText("\"", WriteHex(bits, 4, WriteText("\"0x", out)));
    }
    case FieldType::kBoundary:
    case FieldType::kPriority: {
      std::string_view name = type == FieldType::kBoundary ? BoundaryName(static_cast<Boundary>(bits))
                                                           : PriorityName(static_cast<Priority>(bits));
      return name.empty() ? PutInt(bits, out) : PutQuoted(name, out);
    }
    case FieldType::kMode: {
      *out++ = '"';
      out = std::to_chars(out, out + 24, bits, 8).ptr;
      *out++ = '"';
      return out;
    }
    case FieldType::kDevice: {
      *out++ = '"';
      out = PutInt(bits >> 20, out);
      *out++ = ':';
      out = PutInt(bits & 0xfffff, out);
      *out++ = '"';
      return out;
    }
    case FieldType::kErrno: {
      auto error = static_cast<std::int32_t>(bits);
      std::string_view name = ErrnoName(error);
      return name.empty() ? PutInt(error, out) : PutQuoted(name, out);
    }
    case FieldType::kHex64:
      return WriteText("\"", WriteHex(bits, 16, WriteText("\"", out)));
    default:
      return PutInt(bits, out);
  }
}

char* WriteJsonWide(std::uint64_t high, std::uint64_t low, char* out) {
  return WriteText("\"", WriteHex(low, 16, WriteHex(high, 16, WriteText("\"", out))));
}

char* WriteJsonAttribute(const Attribute& attribute, char* out) {
  if (const auto* text = std::get_if<AttributeText>(&attribute.value)) {
    bool exact = true;
    char* end = WriteJsonString(text->value, out, &exact);
    if (exact) return end;
    end = WriteJsonString(text->value, WriteText("{\"text\":", out), &exact);
    return WriteText("}", WriteJsonBase64(text->value, WriteText(",\"b64\":", end)));
  }
  if (const auto* bytes = std::get_if<AttributeBytes>(&attribute.value)) {
    return WriteText("}", WriteJsonBase64(bytes->value, WriteText("{\"b64\":", out)));
  }
  if (const auto* real = std::get_if<double>(&attribute.value)) {
    if (std::isfinite(*real)) return WriteJsonFloat(*real, out);
    return WriteText("}", WriteJsonFloat(*real, WriteText("{\"float\":", out)));
  }
  if (const auto* yes = std::get_if<bool>(&attribute.value)) return WriteText(*yes ? "true" : "false", out);
  return PutInt(std::get<std::int64_t>(attribute.value), out);
}

}  // namespace vexevt
