#include "lib/event/template.h"

#include <fmt/format.h>

#include <algorithm>

namespace vexevt {
namespace {

Status At(std::size_t offset, std::string_view message) {
  return InvalidArgument(fmt::format("column {}: {}", offset + 1, message));
}

// The character that a backslash and `c` stand for; 0xff where they stand for none.
char Unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '0':
      return '\0';
    case '\\':
      return '\\';
    default:
      return '\xff';
  }
}

}  // namespace

Result<Template> Template::Make(std::string_view text, bool escape, char end, std::span<const std::string> attributes) {
  Template made;
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    std::string_view rest = text.substr(i + 1);
    if (c == '\\') {
      char character = rest.empty() ? '\xff' : Unescaped(rest.front());
      if (character == '\xff') return At(i, "a backslash goes before n, t, 0 or \\");
      literal += character;
      ++i;
    } else if ((c == '{' || c == '}') && rest.starts_with(c)) {
      literal += c;
      ++i;
    } else if (c == '}') {
      return At(i, "'}' without '{' (for the character, write '}}')");
    } else if (c == '{') {
      auto close = rest.find('}');
      if (close == std::string_view::npos) return At(i, "'{' without '}' (for the character, write '{{')");
      std::string_view name = rest.substr(0, close);
      ValueForm form = escape ? ValueForm::kEscaped : ValueForm::kRaw;
      if (auto colon = name.rfind(':'); colon != std::string_view::npos) {
        std::string_view wanted = name.substr(colon + 1);
        bool known = wanted == "q" || wanted == "json";
        if (!known && !name.starts_with("attr.")) {  // keys of attributes may have colons
          return At(i + 2 + colon, fmt::format("unknown form '{}' (q and json are known)", wanted));
        }
        if (known) form = wanted == "q" ? ValueForm::kShell : ValueForm::kJson;
        if (known) name = name.substr(0, colon);
      }
      const bool is_attribute = std::ranges::find(attributes, name) != attributes.end();
      auto column = is_attribute ? Column{std::string(name), nullptr, std::string(name)} : ParseColumn(name);
      if (!column.ok()) return At(i + 1, column.status().message());
      made.parts_.push_back({std::move(literal), std::move(column).value(), form});
      literal.clear();
      i += close + 1;
    } else {
      literal += c;
    }
  }
  if (!literal.ends_with('\n') && !literal.ends_with('\0')) literal += end;
  made.end_ = std::move(literal);
  return made;
}

void Template::Append(const EventView& event, std::string* out) const {
  for (const Part& part : parts_) {
    out->append(part.literal);
    AppendValue(event, part.column, part.form, out);
  }
  out->append(end_);
}

}  // namespace vexevt
