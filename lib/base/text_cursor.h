// TextCursor: a place in a text that is read word by word, as queries and patterns are. White space may stand between
// any two words. Borrows the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

// "COLUMN: what", in bytes from 1, as kInvalidArgument. `at` counts from 0.
Status ErrorAtByte(std::size_t at, std::string_view what);
// The same failure of a text that nobody sees: "what".
Status WithoutColumn(const Status& failure);

class TextCursor {
 public:
  // Words are of ASCII letters, digits and the bytes of `also`, which outlives this.
  TextCursor(std::string_view text, std::string_view also) : text_(text), also_(also) {}

  // The next byte that is no white space; NUL at the end.
  char Peek();
  // Where that stands, in bytes from 0.
  std::size_t Here() {
    Peek();
    return at_;
  }
  void GoTo(std::size_t at) { at_ = at; }
  std::string_view Rest() const { return text_.substr(at_); }

  // The next byte, if it is this one.
  bool Take(char c);
  // The same of a byte that has to be there.
  Status Expect(char c);
  // Empty where none begins.
  std::string_view Word();
  // The next word, if it is this one.
  bool TakeWord(std::string_view word);
  // Up to the next white space, whatever it is.
  std::string_view UpToSpace();
  // What stands between '[' and its ']', as it is; brackets within are paired, or quoted.
  Result<std::string_view> Bracketed();

  // ErrorAtByte for this place: "expected WANTED, not 'word'".
  Status Expected(std::string_view wanted);

 private:
  bool IsWordByte(char c) const;

  std::string_view text_, also_;
  std::size_t at_ = 0;
};

}  // namespace vexevt
