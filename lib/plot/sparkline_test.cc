#include "lib/plot/sparkline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

std::string Line(std::vector<double> values, bool utf8) {
  std::string line;
  AppendSparkline(values, ScaleOf(values), utf8, &line);
  return line;
}

std::string Bar(double share, std::size_t width, bool utf8) {
  std::string bar;
  AppendBar(share, width, utf8, &bar);
  return bar;
}

std::string Fitted(std::string_view text, std::size_t width, bool utf8) {
  std::string fitted;
  const std::size_t taken = AppendFitted(text, width, utf8, &fitted);
  EXPECT_EQ(taken, TextWidth(fitted));
  return fitted;
}

TEST(Sparkline, IsAsHighAsItsValues) {
  EXPECT_EQ(Line({0, 1, 2, 3, 4, 5, 6, 7, 8}, true), "▁▂▃▄▅▆▇██");
  EXPECT_EQ(Line({0, 1, 2, 3, 4, 5, 6, 7, 8}, false), "_.:-=+*##");
  EXPECT_EQ(Line({-4, 0, 4}, true), "▁▅█");
}

TEST(Sparkline, TakesAnyNumbers) {
  EXPECT_EQ(Line({}, true), "");
  EXPECT_EQ(Line({0}, true), "▁");
  EXPECT_EQ(Line({7}, true), "█");
  EXPECT_EQ(Line({7, 7}, false), "##");
  EXPECT_EQ(Line({NAN, 1, NAN}, true), " █ ");
  EXPECT_EQ(Line({INFINITY, -INFINITY, 1}, false), "#_=");
}

TEST(Bar, IsExactToAnEighth) {
  EXPECT_EQ(Bar(1, 3, true), "███");
  EXPECT_EQ(Bar(0.5, 3, true), "█▌ ");
  EXPECT_EQ(Bar(0.001, 2, true), "▏ ");
  EXPECT_EQ(Bar(0, 2, true), "  ");
  EXPECT_EQ(Bar(NAN, 2, true), "  ");
  EXPECT_EQ(Bar(0.5, 4, false), "##  ");
  EXPECT_EQ(Bar(0.001, 2, false), "# ");
  EXPECT_EQ(Bar(9, 2, false), "##");
  EXPECT_EQ(Bar(1, 0, true), "");
}

TEST(TextWidth, IsThatOfTheTerminal) {
  EXPECT_EQ(TextWidth("abc"), 3u);
  EXPECT_EQ(TextWidth("ä"), 1u);
  EXPECT_EQ(TextWidth("日本"), 4u);
  EXPECT_EQ(TextWidth("e\xcc\x81"), 1u);  // with an accent that combines
  EXPECT_EQ(TextWidth("\xff"), 1u);
}

TEST(TextWidth, WhatDoesNotFitIsCut) {
  EXPECT_EQ(Fitted("abcdef", 6, true), "abcdef");
  EXPECT_EQ(Fitted("abcdef", 4, true), "abc…");
  EXPECT_EQ(Fitted("abcdef", 4, false), "ab..");
  EXPECT_EQ(Fitted("日本語", 4, true), "日…");  // three columns: a half character cannot be shown
  EXPECT_EQ(Fitted("日本語", 9, false), "???");
  EXPECT_EQ(Fitted("abc", 1, false), ".");
  EXPECT_EQ(Fitted("abc", 0, true), "");
  EXPECT_EQ(Fitted("a\x1b[31m\n", 20, true), "a\\x1b[31m\\n");
}

}  // namespace
}  // namespace vexevt
