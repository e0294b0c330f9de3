#include "lib/plot/text_width.h"

#include <locale.h>

#include <algorithm>
#include <cwchar>

#include "lib/base/escape.h"
#include "lib/base/utf8.h"

namespace vexevt {
namespace {

// wcwidth knows the width of characters in a locale of UTF-8 alone; C.UTF-8 is part of glibc. Never freed.
locale_t Utf8Locale() {
  static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

// `character` is valid UTF-8.
wchar_t CodePoint(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  unsigned code = first & (0xffu >> (character.size() + 1));
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return static_cast<wchar_t>(code);
}

std::size_t CharacterWidth(std::string_view character) {
  if (character.size() == 1 || Utf8Locale() == nullptr) return 1;
  const locale_t before = ::uselocale(Utf8Locale());
  const int width = ::wcwidth(CodePoint(character));
  ::uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

std::string_view FirstCharacter(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(1, Utf8Length(text)));
}

std::string AsciiOf(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const std::string_view character = FirstCharacter(text);
    ascii += character.size() == 1 ? character.front() : '?';
    text.remove_prefix(character.size());
  }
  return ascii;
}

}  // namespace

std::size_t TextWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::string_view character = FirstCharacter(text);
    width += CharacterWidth(character);
    text.remove_prefix(character.size());
  }
  return width;
}

std::size_t AppendFitted(std::string_view bytes, std::size_t width, bool utf8, std::string* out) {
  std::string escaped = Escaped(bytes);
  if (!utf8) escaped = AsciiOf(escaped);
  const std::size_t all = TextWidth(escaped);
  if (all <= width) {
    out->append(escaped);
    return all;
  }
  const std::string_view dots = utf8 ? "\xe2\x80\xa6" : "..";
  const std::size_t dots_width = utf8 ? 1 : 2;
  if (width < dots_width) {
    out->append(width, '.');
    return width;
  }
  std::size_t used = 0;
  for (std::string_view rest = escaped; !rest.empty();) {
    const std::string_view character = FirstCharacter(rest);
    const std::size_t next = CharacterWidth(character);
    if (used + next + dots_width > width) break;
    out->append(character);
    used += next;
    rest.remove_prefix(character.size());
  }
  out->append(dots);
  return used + dots_width;
}

}  // namespace vexevt
