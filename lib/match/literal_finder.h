// Finds one literal in short texts: looks for its rarest byte with memchr, then compares. On paths several times faster
// than memmem, whose preparation costs more than such a search. The worst case is size of text times size of literal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vexevt {

class LiteralFinder {
 public:
  LiteralFinder() = default;  // finds the empty literal: everywhere
  explicit LiteralFinder(std::string_view literal);

  static constexpr std::size_t kNone = std::string_view::npos;

  // Where the literal first stands in `text` at or after `from`, or kNone.
  std::size_t Find(std::string_view text, std::size_t from = 0) const;
  bool In(std::string_view text) const { return Find(text) != kNone; }

  const std::string& literal() const { return literal_; }

 private:
  std::string literal_;
  std::size_t rare_ = 0;  // index of the byte that is searched for
};

}  // namespace vexevt
