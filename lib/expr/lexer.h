// The words of an expression. For lib/expr itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,    // fs.create, /home/**, 10M
  kQuoted,  // "a b"
  kList,    // $name
  kOpen,
  kClose,
  kComma,
  kSymbol,  // = != < <= > >= && || !, and == as =
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // a word's; of a quoted one what the escapes mean; of a list the name
  std::uint32_t column = 1;
};

// What is wrong at a column: "8: message".
Status ErrorAt(std::uint32_t column, std::string_view message);

class Lexer {
 public:
  // From byte `at` on; columns are of the whole text.
  explicit Lexer(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  Result<Token> Next();
  std::size_t at() const { return at_; }  // behind what Next gave

 private:
  Result<Token> Quoted();
  Result<Token> List();
  std::uint32_t Column(std::size_t at) const { return static_cast<std::uint32_t>(at + 1); }

  std::string_view text_;
  std::size_t at_;
};

// Whether `text`, standing where a value is expected, is read as that word without quotes.
bool CanStandBare(std::string_view text);

// Words with a meaning of their own: and, or, not, in, glob …
bool IsKeyword(std::string_view word);
std::span<const std::string_view> Keywords();

}  // namespace vexevt
