#include "lib/ask/rule_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/expr/expression.h"
#include "lib/expr/lexer.h"

namespace vexevt {

std::string ValueText(std::string_view value) {
  const bool could_refer = value.find('.') != std::string_view::npos && value.front() != '/' && value.front() != '*';
  if (CanStandBare(value) && !could_refer && value.find_first_of("[]") == std::string_view::npos) {
    return std::string(value);
  }
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\r') {
      quoted += "\\x0d";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

namespace {

std::string ListText(std::span<const std::string> values) {
  std::vector<std::string> texts;
  for (const std::string& value : values) texts.push_back(ValueText(value));
  return fmt::format("({})", fmt::join(texts, ", "));
}

}  // namespace

std::string EqualToAny(std::string_view field, std::span<const std::string> values) {
  if (values.size() == 1) return fmt::format("{} = {}", field, ValueText(values[0]));
  return fmt::format("{} in {}", field, ListText(values));
}

std::string UnderAny(std::string_view field, std::span<const std::string> folders) {
  return fmt::format("{} under {}", field, folders.size() == 1 ? ValueText(folders[0]) : ListText(folders));
}

std::string JoinedByAnd(std::span<const std::string> conditions) {
  return fmt::format("{}", fmt::join(conditions, " and "));
}

std::string JoinedByOr(std::span<const std::string> conditions) {
  if (conditions.size() == 1) return conditions[0];
  return fmt::format("({})", fmt::join(conditions, " or "));
}

std::optional<std::string> WhyRefused(std::string_view condition) {
  const auto compiled = CompileExpression(condition);
  if (compiled.ok()) return {};
  const std::string& message = compiled.status().message();  // "8: what is wrong"
  return message.substr(message.find(' ') + 1);
}

std::string TomlText(std::string_view text) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\''; };
  bool plain = true, quotes = false;
  for (const char c : text) {
    plain = plain && is_plain(c);
    quotes = quotes || c == '"' || c == '\\';
  }
  if (plain && quotes) return fmt::format("'{}'", text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string TomlKey(std::string_view key) {
  const auto bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::ranges::all_of(key, bare) ? std::string(key) : TomlText(key);
}

std::string TomlLine(std::string_view key, std::string_view text) {
  return fmt::format("{} = {}\n", key, TomlText(text));
}

std::string TomlLine(std::string_view key, std::span<const std::string> texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(TomlText(text));
  return fmt::format("{} = [{}]\n", key, fmt::join(quoted, ", "));
}

std::string SentenceComment(std::string_view sentence) {
  std::string comment = "#";
  bool space = true;
  for (const char c : sentence) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_space && space) comment += ' ';
    if (!is_space) comment += c;
    space = is_space;
  }
  return comment + '\n';
}

}  // namespace vexevt
