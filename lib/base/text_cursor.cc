#include "lib/base/text_cursor.h"

#include <fmt/format.h>

namespace vexevt {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

bool TextCursor::IsWordByte(char c) const {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || also_.find(c) != also_.npos;
}

char TextCursor::Peek() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool TextCursor::Take(char c) {
  if (Peek() != c) return false;
  ++at_;
  return true;
}

Status TextCursor::Expect(char c) { return Take(c) ? Status::Ok() : Expected({fmt::format("'{}'", c)}); }

std::string_view TextCursor::Word() {
  const std::size_t start = Here();
  while (at_ < text_.size() && IsWordByte(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

bool TextCursor::TakeWord(std::string_view word) {
  const std::size_t start = Here();
  if (Word() == word) return true;
  at_ = start;
  return false;
}

std::string_view TextCursor::UpToSpace() {
  const std::size_t start = Here();
  while (at_ < text_.size() && !IsSpace(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

Result<std::string_view> TextCursor::Bracketed() {
  if (Peek() != '[') return Expected("'[' and an expression");
  const std::size_t open = at_++;
  int depth = 1;
  bool quoted = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (quoted) {
      if (c == '\\') ++at_;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[') ++depth;
    if (c == ']' && --depth == 0) return text_.substr(open + 1, at_++ - open - 1);
  }
  at_ = open;
  return ErrorAtByte(open, "the '[' that stands here has no ']'");
}

Status ErrorAtByte(std::size_t at, std::string_view what) {
  return InvalidArgument(fmt::format("{}: {}", at + 1, what));
}

Status WithoutColumn(const Status& failure) {
  const std::string& message = failure.message();
  return {failure.code(), message.substr(message.find(": ") + 2)};
}

Status TextCursor::Expected(std::string_view wanted) {
  const std::size_t at = Here();
  if (at == text_.size()) return ErrorAtByte(at, fmt::format("expected {}, not the end", wanted));
  const std::string_view word = Word();
  at_ = at;
  return ErrorAtByte(at, fmt::format("expected {}, not '{}'", wanted, word.empty() ? text_.substr(at, 1) : word));
}

}  // namespace vexevt
