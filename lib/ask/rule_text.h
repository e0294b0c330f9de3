// Text of rules: pieces of expressions, and lines of TOML. For lib/ask itself.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

// A value that stands for exactly this text, also in a pattern's brackets, where a bare NAME.FIELD would be a field.
std::string ValueText(std::string_view value);

// "field = value", or "field in (a, b)".
std::string EqualToAny(std::string_view field, std::span<const std::string> values);

// "field under folder", or "field under (a, b)".
std::string UnderAny(std::string_view field, std::span<const std::string> folders);

// The conditions joined; those that "or" would tear apart in parentheses.
std::string JoinedByAnd(std::span<const std::string> conditions);
std::string JoinedByOr(std::span<const std::string> conditions);

// Why the expression language refuses a condition, without its column; nullopt: it does not.
std::optional<std::string> WhyRefused(std::string_view condition);

// As a string of TOML (https://toml.io/en/v1.0.0#string).
std::string TomlText(std::string_view text);

std::string TomlKey(std::string_view key);  // bare where it can be

// "key = …" and a newline.
std::string TomlLine(std::string_view key, std::string_view text);
std::string TomlLine(std::string_view key, std::span<const std::string> texts);

// A sentence as a comment, on one line.
std::string SentenceComment(std::string_view sentence);

}  // namespace vexevt
