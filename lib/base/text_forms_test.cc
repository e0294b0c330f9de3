// base64.h, errno_name.h and utf8.h.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "lib/base/base64.h"
#include "lib/base/errno_name.h"
#include "lib/base/utf8.h"

namespace vexevt {
namespace {

std::string Base64(std::string_view bytes) {
  std::string text(Base64Size(bytes.size()), '\0');
  EXPECT_EQ(WriteBase64(bytes, text.data()), text.data() + text.size());
  return text;
}

TEST(Base64, WritesTheVectorsOfRfc4648) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64("\xfb\xff\xfe"), "+//+");
}

TEST(Base64, RoundTrips) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    std::string back;
    ASSERT_TRUE(AppendFromBase64(Base64(bytes), &back));
    ASSERT_EQ(back, bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg=a", "Zh==", "Zm9=", "=Zg=", "====", "Zm9v=Zg=", "Zg==Zm9v", "Z_==", "Zm 9"}) {
    std::string out = "before";
    EXPECT_FALSE(AppendFromBase64(text, &out)) << text;
    EXPECT_EQ(out, "before");
  }
}

TEST(ErrnoName, KnowsBothWays) {
  EXPECT_EQ(ErrnoName(ENOENT), "ENOENT");
  EXPECT_EQ(ErrnoName(0), "");
  EXPECT_EQ(ErrnoName(-1), "");
  EXPECT_EQ(ErrnoName(4000), "");
  EXPECT_EQ(ParseErrno("EACCES"), EACCES);
  EXPECT_EQ(ParseErrno("EWOULDBLOCK"), EAGAIN);
  EXPECT_EQ(ParseErrno("ENOTSUP"), EOPNOTSUPP);
  EXPECT_FALSE(ParseErrno("ENOWAY"));
  EXPECT_FALSE(ParseErrno(""));
}

TEST(Utf8, MeasuresCharacters) {
  EXPECT_EQ(Utf8Length(""), 0u);
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("\xc3\xa9"), 2u);
  EXPECT_EQ(Utf8Length("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8Length("\xf0\x9f\x98\x80"), 4u);
  EXPECT_EQ(Utf8Length("\xf4\x8f\xbf\xbf"), 4u);
}

TEST(Utf8, RefusesWhatIsNone) {
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(Utf8Length(text), 0u) << text;
    EXPECT_FALSE(IsUtf8(text));
  }
  EXPECT_TRUE(IsUtf8("h\xc3\xa9llo"));
}

}  // namespace
}  // namespace vexevt
