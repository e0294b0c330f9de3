#include "lib/base/text_cursor.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(TextCursor, ReadsWordsBytesAndWhatIsBetweenBrackets) {
  TextCursor in(" p99.9(a-b) [path ~ \"]\\\"]\" and [x]]\t10µs rest", "._");
  EXPECT_EQ(in.Word(), "p99.9");
  EXPECT_FALSE(in.Take('['));
  EXPECT_TRUE(in.Take('('));
  EXPECT_FALSE(in.TakeWord("ab"));
  EXPECT_TRUE(in.TakeWord("a"));
  EXPECT_EQ(in.Word(), "");
  in.GoTo(in.Here() + 2);
  EXPECT_TRUE(in.Expect(')').ok());
  EXPECT_EQ(in.Bracketed().value(), "path ~ \"]\\\"]\" and [x]");
  EXPECT_EQ(in.UpToSpace(), "10µs");
  EXPECT_EQ(in.Rest(), " rest");
  EXPECT_TRUE(in.TakeWord("rest"));
  EXPECT_EQ(in.Peek(), '\0');
  EXPECT_EQ(in.Word(), "");
}

TEST(TextCursor, SaysWhereAndWhatStandsThere) {
  TextCursor in(" ab, [x", "");
  EXPECT_EQ(in.Expected("a number").message(), "2: expected a number, not 'ab'");
  EXPECT_EQ(in.Word(), "ab");
  EXPECT_EQ(in.Expect(')').message(), "4: expected ')', not ','");
  EXPECT_EQ(in.Bracketed().status().message(), "4: expected '[' and an expression, not ','");
  EXPECT_TRUE(in.Take(','));
  EXPECT_EQ(in.Bracketed().status().message(), "6: the '[' that stands here has no ']'");
  in.GoTo(7);
  EXPECT_EQ(in.Expected("more").message(), "8: expected more, not the end");
}

TEST(TextCursor, AQuoteMayEndWithTheText) {
  for (const char* text : {"[\"", "[\"\\", "["}) EXPECT_FALSE(TextCursor(text, "").Bracketed().ok());
}

}  // namespace
}  // namespace vexevt
