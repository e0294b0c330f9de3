#include "lib/expr/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "lib/expr/named_lists.h"

namespace vexevt {
namespace {

constexpr std::string_view kKeywords[] = {"and",      "or",   "not",     "in",    "exists", "contains", "startswith",
                                          "endswith", "glob", "matches", "under", "has",    "zone"};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Bytes of a bare word: any but spaces, control characters and those with which something else begins. Bytes over 127
// belong to it, as names are any bytes.
bool IsWordByte(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && std::string_view("()\"',=!<>&|").find(c) == std::string_view::npos;
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::string Shown(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f ? fmt::format("byte \\x{:02x}", byte) : fmt::format("'{}'", c);
}

}  // namespace

std::span<const std::string_view> Keywords() { return kKeywords; }

bool IsListName(std::string_view name) { return !name.empty() && std::ranges::all_of(name, IsNameByte); }

Status ErrorAt(std::uint32_t column, std::string_view message) {
  return InvalidArgument(fmt::format("{}: {}", column, message));
}

bool IsKeyword(std::string_view word) { return std::ranges::find(kKeywords, word) != std::end(kKeywords); }

bool CanStandBare(std::string_view text) {
  return !text.empty() && text[0] != '$' && std::ranges::all_of(text, IsWordByte) && !IsKeyword(text);
}

Result<Token> Lexer::Next() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  std::size_t start = at_;
  std::uint32_t column = Column(start);
  if (start == text_.size()) return Token{TokenKind::kEnd, "", column};
  char c = text_[start];
  auto token = [&](TokenKind kind, std::size_t size, std::string_view text) {
    at_ += size;
    return Token{kind, std::string(text), column};
  };
  switch (c) {
    case '(':
      return token(TokenKind::kOpen, 1, "(");
    case ')':
      return token(TokenKind::kClose, 1, ")");
    case ',':
      return token(TokenKind::kComma, 1, ",");
    case '"':
      return Quoted();
    case '$':
      return List();
    case '\'':
      return ErrorAt(column, "text is quoted with \"…\", not with '…'");
    default:
      break;
  }
  if (IsWordByte(c)) {
    while (at_ < text_.size() && IsWordByte(text_[at_])) ++at_;
    return Token{TokenKind::kWord, std::string(text_.substr(start, at_ - start)), column};
  }
  std::string_view rest = text_.substr(start);
  if (rest.starts_with("==")) return token(TokenKind::kSymbol, 2, "=");
  for (std::string_view symbol : {"!=", "<=", ">=", "&&", "||"}) {
    if (rest.starts_with(symbol)) return token(TokenKind::kSymbol, 2, symbol);
  }
  if (c == '&' || c == '|')
    return ErrorAt(column, fmt::format("'{0}' is written '{0}{0}' or '{1}'", c, c == '&' ? "and" : "or"));
  if (c == '=' || c == '!' || c == '<' || c == '>') return token(TokenKind::kSymbol, 1, rest.substr(0, 1));
  return ErrorAt(column, fmt::format("{} does not belong here", Shown(c)));
}

Result<Token> Lexer::Quoted() {
  Token token{TokenKind::kQuoted, "", Column(at_)};
  for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
    char c = text_[at_];
    if (c != '\\') {
      token.text += c;
      continue;
    }
    std::uint32_t column = Column(at_);
    char kind = ++at_ < text_.size() ? text_[at_] : '\0';
    switch (kind) {
      case 'n':
        token.text += '\n';
        break;
      case 't':
        token.text += '\t';
        break;
      case '\\':
      case '"':
        token.text += kind;
        break;
      case 'x': {
        auto high = at_ + 1 < text_.size() ? HexDigit(text_[at_ + 1]) : std::nullopt;
        auto low = at_ + 2 < text_.size() ? HexDigit(text_[at_ + 2]) : std::nullopt;
        if (!high || !low) return ErrorAt(column, "'\\x' takes two hexadecimal digits");
        token.text += static_cast<char>(*high * 16 + *low);
        at_ += 2;
        break;
      }
      default:
        return ErrorAt(column,
                       "unknown escape: known are \\n \\t \\\\ \\\" \\xNN (a backslash itself is written \\\\)");
    }
  }
  if (at_ == text_.size()) return ErrorAt(token.column, "the text that begins here has no closing '\"'");
  ++at_;
  return token;
}

Result<Token> Lexer::List() {
  std::size_t start = at_++;
  while (at_ < text_.size() && IsNameByte(text_[at_])) ++at_;
  if (at_ == start + 1) return ErrorAt(Column(start), "'$' is followed by the name of a list (quote it if it is text)");
  return Token{TokenKind::kList, std::string(text_.substr(start + 1, at_ - start - 1)), Column(start)};
}

}  // namespace vexevt
