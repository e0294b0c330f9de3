#include "lib/sigma/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/escape.h"
#include "lib/expr/expression.h"

namespace vexevt {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A quoted text of an expression that can stand in a literal of several lines of TOML: without apostrophes, control
// characters and what is not UTF-8.
std::string Quoted(std::string_view bytes) {
  std::string out = "\"";
  for (;;) {
    const std::size_t plain = std::min(bytes.find_first_of("\"'\r"), bytes.size());
    AppendEscaped(bytes.substr(0, plain), &out);
    bytes.remove_prefix(plain);
    if (bytes.empty()) return out + '"';
    out += bytes.front() == '"' ? "\\\"" : bytes.front() == '\'' ? "\\x27" : "\\x0d";
    bytes.remove_prefix(1);
  }
}

// How a text is compared.
enum class Compare : std::uint8_t { kEquals, kContains, kStartsWith, kEndsWith, kRegex };

struct Modifiers {
  Compare compare = Compare::kEquals;
  bool all = false, cased = false, exists = false;
  std::string order;        // "<", "<=", ">", ">="
  std::string regex_flags;  // i, m, s
};

// A value of Sigma, its wildcards told from what stands for itself.
struct Piece {
  enum class Kind : std::uint8_t { kText, kAny, kOne } kind;
  std::string text;
};

std::vector<Piece> PiecesOf(std::string_view value) {
  std::vector<Piece> pieces;
  const auto add = [&](char c) {
    if (pieces.empty() || pieces.back().kind != Piece::Kind::kText) pieces.push_back({Piece::Kind::kText, {}});
    pieces.back().text += c;
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escapes =
        value[i] == '\\' && i + 1 < value.size() && std::string_view("*?\\").find(value[i + 1]) != value.npos;
    if (escapes) {
      add(value[++i]);
    } else if (value[i] == '*') {
      pieces.push_back({Piece::Kind::kAny, {}});
    } else if (value[i] == '?') {
      pieces.push_back({Piece::Kind::kOne, {}});
    } else {
      add(value[i]);
    }
  }
  return pieces;
}

std::string RegexOf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = IsLetter(c) || IsDigit(c) || c == '/' || c == '_' || byte >= 0x80;
    if (byte == 0) {
      out += "\\x00";
      continue;
    }
    if (!plain) out += '\\';
    out += c;
  }
  return out;
}

// The comparisons of one field.
class FieldComparison {
 public:
  FieldComparison(std::string_view file, const SigmaField& field, Modifiers modifiers)
      : file_(file), field_(field), modifiers_(std::move(modifiers)) {}

  Result<std::string> With(const YamlValue& values) {
    if (values.kind == YamlKind::kMap) return Error(values, "a map is no value of a field");
    if (values.kind != YamlKind::kList) return One(values);
    if (values.list.empty()) return Error(values, "the list is empty");
    std::vector<std::string> parts;
    for (const YamlValue& value : values.list) {
      if (value.kind == YamlKind::kList || value.kind == YamlKind::kMap) return Error(value, "not a value of a field");
      VEXEVT_ASSIGN(std::string part, One(value));
      parts.push_back(std::move(part));
    }
    if (parts.size() == 1) return std::move(parts.front());
    return fmt::format("({})", fmt::join(parts, modifiers_.all ? " and " : " or "));
  }

 private:
  Status Error(const YamlValue& value, std::string_view what) const {
    return ErrorAtYaml(file_, value.at, fmt::format("'{}': {}", field_.name, what));
  }

  Result<std::string> One(const YamlValue& value) {
    if (modifiers_.exists) return Exists(value);
    const bool plain = modifiers_.compare == Compare::kEquals && modifiers_.order.empty();
    if (value.kind == YamlKind::kNull || (value.text.empty() && plain)) {
      if (!plain) return Error(value, "a value is wanted");
      return fmt::format("not {} exists", field_.field);
    }
    if (value.text.empty()) return Error(value, "a value is wanted");
    if (field_.use != SigmaFieldUse::kText) return Number(value);
    if (!modifiers_.order.empty()) return Error(value, "lt, lte, gt and gte are for numbers");
    if (modifiers_.compare == Compare::kRegex) return Regex(value);
    return Text(value);
  }

  Result<std::string> Exists(const YamlValue& value) {
    if (value.text == "true") return fmt::format("{} exists", field_.field);
    if (value.text == "false") return fmt::format("not {} exists", field_.field);
    return Error(value, "|exists takes true or false");
  }

  Result<std::string> Number(const YamlValue& value) {
    if (modifiers_.compare != Compare::kEquals) return Error(value, "it is a number, and compared as one");
    std::string_view text = value.text;
    if (field_.use == SigmaFieldUse::kUser && text == "root") text = "0";
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return Error(value, field_.use == SigmaFieldUse::kUser
                              ? "events have the number of a user, not the name: only root's is known"
                              : "it is a number");
    }
    return fmt::format("{} {} {}", field_.field, modifiers_.order.empty() ? "=" : modifiers_.order, number);
  }

  // RE2 has no look-around and no references: those are refused by it.
  Result<std::string> Regex(const YamlValue& value) {
    const std::string flags = modifiers_.regex_flags.empty() ? "" : fmt::format("(?{})", modifiers_.regex_flags);
    std::string text = fmt::format("{} matches {}", field_.field, Quoted(flags + value.text));
    if (auto compiled = CompileExpression(text); !compiled.ok()) {
      return Error(value, "not a regex of RE2, which has no look-around and no back-references");
    }
    return text;
  }

  Result<std::string> Text(const YamlValue& value) {
    std::vector<Piece> pieces = PiecesOf(value.text);
    const Compare compare = modifiers_.compare;
    bool from_start = compare == Compare::kEquals || compare == Compare::kStartsWith;
    bool to_end = compare == Compare::kEquals || compare == Compare::kEndsWith;
    // A star at an end says what a modifier would say.
    for (; !pieces.empty() && pieces.front().kind == Piece::Kind::kAny; pieces.erase(pieces.begin()))
      from_start = false;
    for (; !pieces.empty() && pieces.back().kind == Piece::Kind::kAny; pieces.pop_back()) to_end = false;
    if (pieces.empty()) return fmt::format("{} exists", field_.field);
    const bool is_text = pieces.size() == 1 && pieces.front().kind == Piece::Kind::kText;
    if (is_text && (modifiers_.cased || std::ranges::none_of(pieces.front().text, IsLetter))) {
      const std::string_view word = from_start ? (to_end ? "=" : "startswith") : to_end ? "endswith" : "contains";
      return fmt::format("{} {} {}", field_.field, word, Quoted(pieces.front().text));
    }
    std::string regex = modifiers_.cased ? "" : "(?i)";
    if (from_start) regex += '^';
    for (const Piece& piece : pieces) {
      regex += piece.kind == Piece::Kind::kText ? RegexOf(piece.text) : piece.kind == Piece::Kind::kAny ? ".*" : ".";
    }
    if (to_end) regex += '$';
    return fmt::format("{} matches {}", field_.field, Quoted(regex));
  }

  std::string_view file_;
  const SigmaField& field_;
  Modifiers modifiers_;
};

// What is wrong with a modifier; empty: nothing.
std::string ReadModifier(std::string_view name, Modifiers* modifiers) {
  static constexpr std::pair<std::string_view, Compare> kCompare[] = {{"contains", Compare::kContains},
                                                                      {"startswith", Compare::kStartsWith},
                                                                      {"endswith", Compare::kEndsWith},
                                                                      {"re", Compare::kRegex}};
  static constexpr std::pair<std::string_view, std::string_view> kOrders[] = {
      {"lt", "<"}, {"lte", "<="}, {"gt", ">"}, {"gte", ">="}};
  for (const auto& [word, compare] : kCompare) {
    if (word != name) continue;
    if (modifiers->compare != Compare::kEquals) return fmt::format("|{} can't be together with another", name);
    modifiers->compare = compare;
    return {};
  }
  for (const auto& [word, order] : kOrders) {
    if (word != name) continue;
    modifiers->order = order;
    return {};
  }
  if (name == "all") {
    modifiers->all = true;
  } else if (name == "cased") {
    modifiers->cased = true;
  } else if (name == "exists") {
    modifiers->exists = true;
  } else if (modifiers->compare == Compare::kRegex && (name == "i" || name == "m" || name == "s")) {
    modifiers->regex_flags += name;
  } else {
    return fmt::format("the modifier |{} is not turned", name);
  }
  return {};
}

Result<std::string> MapExpression(std::string_view file, const YamlValue& selection, const SigmaCategory& category) {
  if (selection.map.empty()) return ErrorAtYaml(file, selection.at, "the selection is empty");
  std::vector<std::string> parts;
  for (const auto& [key, value] : selection.map) {
    std::string_view rest = key.text;
    const std::string_view name = rest.substr(0, rest.find('|'));
    const SigmaField* field = FindSigmaField(name, category);
    if (field == nullptr) {
      return ErrorAtYaml(file, key.at,
                         fmt::format("the field '{}' is none that events have; known are {}", name, SigmaFieldNames()));
    }
    Modifiers modifiers;
    while (rest.find('|') != rest.npos) {
      rest.remove_prefix(rest.find('|') + 1);
      const std::string wrong = ReadModifier(rest.substr(0, rest.find('|')), &modifiers);
      if (!wrong.empty()) return ErrorAtYaml(file, key.at, fmt::format("'{}': {}", key.text, wrong));
    }
    VEXEVT_ASSIGN(std::string part, FieldComparison(file, *field, std::move(modifiers)).With(value));
    parts.push_back(std::move(part));
  }
  if (parts.size() == 1) return std::move(parts.front());
  return fmt::format("({})", fmt::join(parts, " and "));
}

}  // namespace

Result<std::string> SelectionExpression(std::string_view file, const YamlValue& selection,
                                        const SigmaCategory& category) {
  if (selection.kind == YamlKind::kMap) return MapExpression(file, selection, category);
  if (selection.kind != YamlKind::kList) {
    return ErrorAtYaml(file, selection.at, "keywords, which look for a text in any field, are not turned");
  }
  if (selection.list.empty()) return ErrorAtYaml(file, selection.at, "the selection is empty");
  std::vector<std::string> parts;
  for (const YamlValue& one : selection.list) {
    if (one.kind != YamlKind::kMap) {
      return ErrorAtYaml(file, one.at, "keywords, which look for a text in any field, are not turned");
    }
    VEXEVT_ASSIGN(std::string part, MapExpression(file, one, category));
    parts.push_back(std::move(part));
  }
  if (parts.size() == 1) return std::move(parts.front());
  return fmt::format("({})", fmt::join(parts, " or "));
}

}  // namespace vexevt
