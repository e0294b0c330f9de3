#include "lib/live/fit.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(Fit, FillsUpAndLeavesTheMiddleOut) {
  EXPECT_EQ(Fit("ab", 4, false, true), "ab  ");
  EXPECT_EQ(Fit("ab", 4, true, true), "  ab");
  EXPECT_EQ(Fit("/srv/a/b/file", 7, false, true), "/sr…ile");
  EXPECT_EQ(Fit("/srv/a/b/file", 7, false, false), "/s..ile");
  EXPECT_EQ(Fit("ab", 2, false, true), "ab");
}

TEST(Fit, CountsColumnsAndNotBytes) {
  EXPECT_EQ(Fit("h\u00e9", 3, true, true), " h\u00e9");
  EXPECT_EQ(Fit("\u65e5\u672c\u8a9e", 4, false, true), "\u2026\u8a9e ");  // two columns each
  EXPECT_EQ(Fit("h\u00e9", 3, false, false), "h? ");
}

TEST(Fit, KeepsToAnyWidth) {
  for (const bool utf8 : {false, true}) {
    EXPECT_EQ(Fit("abc", 0, false, utf8), "");
    EXPECT_EQ(Fit("", 2, false, utf8), "  ");
  }
  EXPECT_EQ(Fit("abc", 1, false, true), "…");
  EXPECT_EQ(Fit("abc", 1, false, false), ".");
  EXPECT_EQ(Fit("abc", 2, false, false), "..");
}

}  // namespace
}  // namespace vexevt
