#include "lib/base/escape.h"

#include <algorithm>
#include <charconv>

#include "lib/base/utf8.h"

namespace vexevt {
namespace {

bool IsPlain(char c) { return c >= 0x20 && c < 0x7f; }

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    out->append({'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]});
  }
}

// C1 controls, which some terminals obey; U+2028 to U+202E and U+2066 to U+2069, which break lines or turn text around.
bool IsHarmful(std::string_view character) {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 2) return at(0) == 0xc2 && at(1) < 0xa0;
  if (character.size() != 3 || at(0) != 0xe2) return false;
  return (at(1) == 0x80 && at(2) >= 0xa8 && at(2) <= 0xae) || (at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9);
}

// The number of bytes at the front of `text` that may be shown as they are; 0: its first character may not.
std::size_t Showable(std::string_view text) {
  if (IsPlain(text.front())) return 1;
  std::size_t length = Utf8Length(text);
  return length > 1 && !IsHarmful(text.substr(0, length)) ? length : 0;
}

// Takes one character off the front of *text and appends it; `quote` is escaped besides.
void TakeEscaped(std::string_view* text, char quote, std::string* out) {
  char c = text->front();
  std::size_t length = std::max<std::size_t>(1, Utf8Length(*text));
  if (c == '\\' || (quote != '\0' && c == quote)) {
    out->append({'\\', c});
  } else if (c == '\n') {
    out->append("\\n");
  } else if (c == '\t') {
    out->append("\\t");
  } else if (c == '\r') {
    out->append("\\r");
  } else if (Showable(*text) > 0) {
    out->append(*text, 0, length);
  } else {
    AppendHex(text->substr(0, length), out);
  }
  text->remove_prefix(length);
}

}  // namespace

void AppendEscaped(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    std::size_t plain = 0;
    while (plain < bytes.size() && IsPlain(bytes[plain]) && bytes[plain] != '\\') ++plain;
    out->append(bytes, 0, plain);
    bytes.remove_prefix(plain);
    if (!bytes.empty()) TakeEscaped(&bytes, '\0', out);
  }
}

std::string Escaped(std::string_view bytes) {
  std::string escaped;
  AppendEscaped(bytes, &escaped);
  return escaped;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes.push_back(text[i]);
      continue;
    }
    if (++i == text.size()) return {};
    constexpr std::string_view kLetters = "nrt\\", kCharacters = "\n\r\t\\";
    if (std::size_t letter = kLetters.find(text[i]); letter != std::string_view::npos) {
      bytes.push_back(kCharacters[letter]);
      continue;
    }
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] != 'x' || text.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
      return {};
    bytes.push_back(static_cast<char>(byte));
    i += 2;
  }
  return bytes;
}

void AppendShellQuoted(std::string_view bytes, std::string* out) {
  auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("_@%+:,./-").find(c) != std::string_view::npos;
  };
  if (!bytes.empty() && std::ranges::all_of(bytes, is_word)) {
    out->append(bytes);
    return;
  }
  std::string_view rest = bytes;
  while (!rest.empty()) {
    std::size_t length = Showable(rest);
    if (length == 0) break;
    rest.remove_prefix(length);
  }
  if (!rest.empty()) {
    out->append("$'");
    bool after_hex = false;
    while (!bytes.empty()) {
      // A hexadecimal digit after \xNN would be read as a part of it by some shells: '' ends the one and starts the
      // next.
      if (after_hex && std::string_view("0123456789abcdefABCDEF").find(bytes.front()) != std::string_view::npos) {
        out->append("'$'");
      }
      after_hex = Showable(bytes) == 0 && std::string_view("\n\t\r").find(bytes.front()) == std::string_view::npos;
      TakeEscaped(&bytes, '\'', out);
    }
    out->append("'");
    return;
  }
  out->append("'");
  for (char c : bytes) {
    if (c == '\'') {
      out->append("'\\''");
    } else {
      out->push_back(c);
    }
  }
  out->append("'");
}

void AppendXml(std::string_view bytes, std::string* out) {
  std::string escaped;
  AppendEscaped(bytes, &escaped);
  AppendXmlOfEscaped(escaped, out);
}

void AppendXmlOfEscaped(std::string_view escaped, std::string* out) {
  for (std::string_view rest = escaped; !rest.empty(); rest.remove_prefix(1)) {
    switch (rest.front()) {
      case '&':
        out->append("&amp;");
        break;
      case '<':
        out->append("&lt;");
        break;
      case '>':
        out->append("&gt;");
        break;
      case '"':
        out->append("&quot;");
        break;
      default:
        if (rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf")) {
          out->append(rest[2] == '\xbe' ? "\\xef\\xbf\\xbe" : "\\xef\\xbf\\xbf");
          rest.remove_prefix(2);
        } else {
          out->push_back(rest.front());
        }
    }
  }
}

}  // namespace vexevt
