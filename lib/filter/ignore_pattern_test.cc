#include "lib/filter/ignore_pattern.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

// "!" where it is negated, the glob, "/" where it is for directories only; "" for none.
std::string Parsed(std::string_view line) {
  auto pattern = ParseIgnoreLine(line);
  if (!pattern) return "";
  return (pattern->negated ? "!" : "") + pattern->glob + (pattern->directories_only ? "/" : "");
}

// What they mean is held against git itself, in tests/cli/ignore.bats.
TEST(IgnorePattern, Lines) {
  EXPECT_EQ(Parsed(""), "");
  EXPECT_EQ(Parsed("   "), "");
  EXPECT_EQ(Parsed("# comment"), "");
  EXPECT_EQ(Parsed("\\#name"), "**/#name");
  EXPECT_EQ(Parsed("name  "), "**/name");
  EXPECT_EQ(Parsed("name\\  "), "**/name ");
  EXPECT_EQ(Parsed("name\r"), "**/name");
  EXPECT_EQ(Parsed("!name"), "!**/name");
  EXPECT_EQ(Parsed("\\!name"), "**/!name");
  EXPECT_EQ(Parsed("name/"), "**/name/");
  EXPECT_EQ(Parsed("/name"), "name");
  EXPECT_EQ(Parsed("a/name"), "a/name");
  EXPECT_EQ(Parsed("/"), "");
  EXPECT_EQ(Parsed("!"), "");
}

TEST(IgnorePattern, Wildcards) {
  EXPECT_EQ(Parsed("*.o"), "**/*.o");
  EXPECT_EQ(Parsed("a**b"), "**/a*b");
  EXPECT_EQ(Parsed("**/b"), "**/b");
  EXPECT_EQ(Parsed("a/**"), "a/**");
  EXPECT_EQ(Parsed("a/**/b"), "a/**/b");
  EXPECT_EQ(Parsed("a/?b**c"), "a/?b*c");
  EXPECT_EQ(Parsed("{a,b}"), "**/\\{a\\,b\\}") << "braces are ours, not git's";
  EXPECT_EQ(Parsed("[a-c]"), "**/[\\a-\\c]");
  EXPECT_EQ(Parsed("[]x]"), "**/[\\]\\x]");
  EXPECT_EQ(Parsed("[[:digit:]]"), "**/[\\0-\\9]");
}

TEST(IgnorePattern, WhatIsMalformedMatchesNothing) {
  for (std::string_view line : {"[a", "a\\", "[[:x:]]", "[a\\", "[b-", "[b-\\"}) EXPECT_EQ(Parsed(line), "") << line;
}

}  // namespace
}  // namespace vexevt
