#include "lib/cli/diagnostics.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(Scrub, LeavesReadableTextAlone) {
  EXPECT_EQ(Scrub("cannot open 'x y': \u00e9\u20ac\U0001f600"), "cannot open 'x y': \u00e9\u20ac\U0001f600");
}

TEST(Scrub, ShowsControlsOfBothSets) {
  EXPECT_EQ(Scrub("a\nb\x1b[31m\x7f\t"), "a\\x0ab\\x1b[31m\\x7f\\x09");
  EXPECT_EQ(Scrub("\xc2\x9b"), "\\xc2\\x9b");  // CSI as one character
  EXPECT_EQ(Scrub(std::string_view("\0", 1)), "\\x00");
}

TEST(Scrub, ShowsWhatIsNotUtf8) {
  EXPECT_EQ(Scrub("\xff"), "\\xff");
  EXPECT_EQ(Scrub("\xc0\xaf"), "\\xc0\\xaf");                    // overlong '/'
  EXPECT_EQ(Scrub("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(Scrub("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
  EXPECT_EQ(Scrub("\xe2\x82"), "\\xe2\\x82");                    // cut short
}

TEST(Report, EndsWithItsLastLineWhateverEndsThat) {
  testing::internal::CaptureStderr();
  WriteReport("a\n\nb");
  WriteReport("c\n");
  WriteReport("");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a\n\nb\nc\n");
}

}  // namespace
}  // namespace vexevt
