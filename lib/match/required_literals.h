// Literals of which one must stand in every text that a regex holds for, so that it need be tried only where an index
// or one search for many literals found one. For lib/match itself.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "lib/match/path_statistics.h"

namespace vexevt {

struct RequiredLiteral {
  std::string text;
  LiteralPlace place = LiteralPlace::kInside;
  auto operator<=>(const RequiredLiteral&) const = default;
};

using RequiredLiterals = std::vector<RequiredLiteral>;

// The share of paths that hold one of them, roughly. Of none, 1.
double FrequencyOf(const RequiredLiterals& literals);

// Of the sets that `regex`, which RE2 has accepted, requires one of, the set that fewest paths are likely to satisfy.
// Empty when there is none, as for "[a-z]+", or it is not known: for rarer syntax.
RequiredLiterals RequiredBy(std::string_view regex);

}  // namespace vexevt
