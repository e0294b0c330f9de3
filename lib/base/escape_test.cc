#include "lib/base/escape.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <random>

#include "lib/base/utf8.h"

namespace vexevt {
namespace {

std::string Quoted(std::string_view bytes) {
  std::string out;
  AppendShellQuoted(bytes, &out);
  return out;
}

TEST(Escape, ShowsTextAsItIs) {
  EXPECT_EQ(Escaped(""), "");
  EXPECT_EQ(Escaped("/srv/a b'\"$"), "/srv/a b'\"$");
  EXPECT_EQ(Escaped("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(Escape, LetsNothingReachTheTerminal) {
  EXPECT_EQ(Escaped("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(Escaped("a\nb\tc\rd\\e\x7f"), "a\\nb\\tc\\rd\\\\e\\x7f");
  EXPECT_EQ(Escaped(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(Escaped("\xc2\x9b"), "\\xc2\\x9b");           // CSI as one character
  EXPECT_EQ(Escaped("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(Escaped("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");  // isolate
  EXPECT_EQ(Escaped("\xff\xc3("), "\\xff\\xc3(");
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::string text = Escaped(bytes);
    ASSERT_TRUE(IsUtf8(text));
    for (char c : text) ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
    ASSERT_EQ(Unescape(text), bytes);
  }
}

TEST(Unescape, RefusesWhatNoEscapingGives) {
  for (std::string_view text : {"a\\", "\\x", "\\x1", "\\xg0", "\\x+1", "\\0", "\\e"}) {
    EXPECT_EQ(Unescape(text), std::nullopt) << text;
  }
}

TEST(ShellQuote, LeavesWordsAlone) {
  EXPECT_EQ(Quoted("/srv/a-b_c.txt"), "/srv/a-b_c.txt");
  EXPECT_EQ(Quoted(""), "''");
  EXPECT_EQ(Quoted("a b"), "'a b'");
  EXPECT_EQ(Quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(Quoted("a\nb"), "$'a\\nb'");
  EXPECT_EQ(Quoted("~"), "'~'");
}

TEST(AppendXml, LeavesNothingThatIsMarkup) {
  std::string xml;
  AppendXml("<a href=\"x\">&\x1b\xff\xef\xbf\xbf\xef\xbf\xbd", &xml);
  EXPECT_EQ(xml, "&lt;a href=&quot;x&quot;&gt;&amp;\\x1b\\xff\\xef\\xbf\\xbf\xef\xbf\xbd");
  xml.clear();
  AppendXmlOfEscaped("\\x1b<", &xml);
  EXPECT_EQ(xml, "\\x1b&lt;");
}

TEST(ShellQuote, StandsForTheSameBytesInAShell) {
  std::mt19937 random(2);
  std::string command = "printf '%s|'";
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    std::string bytes(random() % 8, '\0');
    for (char& c : bytes) c = static_cast<char>(1 + random() % 255);
    command += ' ' + Quoted(bytes);
    expected += bytes + '|';
  }
  command = "exec bash -c " + Quoted(command);
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  while (std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), n);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(output, expected);
}

}  // namespace
}  // namespace vexevt
