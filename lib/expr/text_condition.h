// One comparison of bytes, compiled. For lib/expr itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/expr/ast.h"
#include "lib/match/glob.h"
#include "lib/match/literal_finder.h"
#include "lib/match/regex.h"
#include "lib/match/string_set.h"

namespace vexevt {

enum class TextOperator : std::uint8_t {
  kEquals,
  kStartsWith,
  kEndsWith,
  kContains,
  kUnder,  // text, or below the folder text
  kGlob,
  kMatches,
  kIn,
  kUnderAny,
};

struct TextCondition {
  TextOperator op = TextOperator::kEquals;
  std::string text;                                    // what was written; empty for kIn and kUnderAny
  std::vector<std::string> texts;                      // kIn, kUnderAny: one of these,
  std::vector<std::shared_ptr<const StringSet>> sets;  // or one of these
  LiteralFinder finder;                                // kContains
  std::shared_ptr<const Glob> glob;                    // kGlob
  std::shared_ptr<const Regex> regex;                  // kMatches

  bool Holds(std::string_view value) const;
};

// `folder` without its trailing slashes, as Holds wants kUnder's text; "" is the root.
std::string_view WithoutTrailingSlash(std::string_view folder);

// Whether `value` is `folder`, such a one, or lies below it.
bool IsUnder(std::string_view value, std::string_view folder);

}  // namespace vexevt
