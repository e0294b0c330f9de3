// One regex in RE2's syntax (https://github.com/google/re2/wiki/Syntax), searched for anywhere in a text in time linear
// in it.
//
// Over bytes, not UTF-8 (a byte above 0x7f is itself, as in Latin-1). '.' matches every byte, newline included, and '^'
// and '$' hold at the ends of the text only, as a path can hold newlines; `(?m)` and `(?-s)` in the pattern change
// that.
#pragma once

#include <memory>
#include <string_view>

#include "lib/base/status.h"

namespace re2 {
class RE2;
}

namespace vexevt {

class Regex {
 public:
  // kInvalidArgument, "column N: what: 'piece'" with N in bytes from 1, when `pattern` is not a regex or needs more
  // than 1 MiB (which also bounds what matching may use; a match that would need more is slower instead).
  static Result<Regex> Compile(std::string_view pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Any number of threads may search at once.
  bool Matches(std::string_view text) const;

 private:
  Regex(std::unique_ptr<re2::RE2> re2, bool as_utf8);
  std::unique_ptr<re2::RE2> re2_;
  bool as_utf8_;  // it searches texts whose bytes are written as UTF-8 has them as characters
};

}  // namespace vexevt
