// The literals of a regex: one of them stands in every text that it holds for. So it need be tried only where an index
// or one search for many literals found one, and not at all if that is all that it says. For lib/match itself.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "lib/match/path_statistics.h"

namespace vexevt {

struct PlacedLiteral {
  std::string text;
  LiteralPlace place = LiteralPlace::kInside;
  auto operator<=>(const PlacedLiteral&) const = default;
};

// The share of paths that hold one of them, roughly. Of none: 1.
double FrequencyOf(const std::vector<PlacedLiteral>& literals);

struct RegexLiterals {
  // Of the sets that the regex requires one of, the set that fewest paths are likely to satisfy. Empty when there is
  // none, as for "[a-z]+", or it is not known: for rarer syntax.
  std::vector<PlacedLiteral> any;
  bool exact = false;  // the regex holds wherever one of them stands: "^/etc/", "\.(py|so)$", "^/tmp/.*"
};

RegexLiterals LiteralsOf(std::string_view regex);  // that RE2 has accepted

}  // namespace vexevt
