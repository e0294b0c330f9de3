// A sentence as words, each with its place. For lib/ask itself.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/ask/ask.h"

namespace vexevt {

struct AskWord {
  std::string text;    // of a quoted one without its quotes
  std::string lower;   // its ASCII letters in lower case; empty for a quoted one, which is never a word of the grammar
  std::size_t at = 0;  // bytes from the sentence's start, of the quote where there is one
  std::size_t size = 0;  // bytes in the sentence
  bool quoted = false;
};

// Words stand between spaces. A comma behind a word is one of its own, a full stop at the sentence's end is none. "…",
// '…' and “…” hold a word with spaces in it.
std::variant<std::vector<AskWord>, Misunderstanding> SplitSentence(std::string_view sentence);

}  // namespace vexevt
