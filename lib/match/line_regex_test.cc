#include "lib/match/line_regex.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

using Use = LineRegex::Use;

TEST(LineRegex, KeepsMatchesInsideTheirLine) {
  EXPECT_EQ(ToLineRegex("^/a/[^/]+\\.py$").text, "^/a/[^\\n/]+\\.py$");
  EXPECT_EQ(ToLineRegex("[^]x]y").text, "[^\\n\\]x]y");
  EXPECT_EQ(ToLineRegex("\\Aab\\z").text, "^ab$");
  EXPECT_EQ(ToLineRegex("a[[x]b").text, "a[\\[x]b");
  EXPECT_EQ(ToLineRegex("(?s)a(?s:.)").text, "a(?:.)");
  EXPECT_EQ(ToLineRegex("(?i)a(?is:.)").text, "(?i)a(?i:.)");
  for (const char* regex : {"^/a/[^/]+\\.py$", "\\d+\\w", "(a|b)c", "(?i)Makefile", "[[:alpha:]]", "\\x2f"}) {
    EXPECT_EQ(ToLineRegex(regex).use, Use::kExact) << regex;
  }
}

TEST(LineRegex, WhatCanMatchANewlineIsOnlyAFilter) {
  for (const char* regex : {"a\\sb", "\\W", "[\\D]", "a\\nb", "a\nb", "\\x0a", "[\\x01-\\x20]", "[\t-z]", "[\\t-z]"}) {
    EXPECT_EQ(ToLineRegex(regex).use, Use::kFilter) << regex;
  }
}

TEST(LineRegex, WhatItDoesNotKnowItLeaves) {
  for (const char* regex : {"\\C", "\\pL", "\\Qa.b\\E", "(?m)^a", "(?U)a+", "(?-s).", "[[:^alpha:]]", "[[:space:]]",
                            "\\123", "\\x{41}", "(?i)\xe9", "a{,3}"}) {
    EXPECT_EQ(ToLineRegex(regex).use, Use::kNone) << regex;
  }
}

TEST(LineRegex, DropsATrailingDotStar) {
  EXPECT_EQ(ToLineRegex("^/a.*").text, "^/a");
  EXPECT_EQ(ToLineRegex("^/[ab].*$").text, "^/[ab]");
  EXPECT_EQ(ToLineRegex("a\\.*").text, "a\\.*");
  EXPECT_EQ(ToLineRegex("a|b.*").text, "a|b.*");
  EXPECT_EQ(ToLineRegex("a[.*]").text, "a[.*]");
}

}  // namespace
}  // namespace vexevt
