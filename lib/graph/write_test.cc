#include "lib/graph/write.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "lib/base/utf8.h"
#include "lib/graph/testing/teller.h"

namespace vexevt {
namespace {

class UtcTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};
using TreeText = UtcTest;

TEST_F(TreeText, AncestorsNewestFirst) {
  Storyteller teller;
  teller.Tell(WithProcess(FsEvent(kFsRead, 4, "/src/a.c"), 3, "cc1", "/usr/bin/cc1"));
  teller.Tell(WithProcess(FsEvent(kFsCreate, 4, "/src/a.tmp"), 3, "cc1", "/usr/bin/cc1"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 4, "/src/a.tmp"), 3, "cc1", "/usr/bin/cc1"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 4, "/src/a.tmp"), 3, "cc1", "/usr/bin/cc1"));
  teller.Tell(WithProcess(FsEvent(kFsRename, 4, "/src/a.tmp", "/src/a.s"), 3, "cc1", "/usr/bin/cc1"));
  EXPECT_EQ(Written(&WriteTree, teller, Asked::kAncestors, {"/src/a.s"}),
            "/src/a.s (was /src/a.tmp)\n"
            "1970-01-01 00:00:02.000  created, written, renamed by cc1[4] (4 times, until 00:00:05.000)\n"
            "1970-01-01 00:00:01.000    read /src/a.c\n"
            "1970-01-01 00:00:01.000    forked by process[3]\n"
            "1970-01-01 00:00:01.000    executed /usr/bin/cc1\n");
  EXPECT_EQ(
      Written(&WriteTree, teller, Asked::kDescendants, {"pid:3"}),
      "process[3]\n"
      "1970-01-01 00:00:01.000  forked cc1[4]\n"
      "1970-01-01 00:00:02.000    created, wrote, renamed /src/a.s (was /src/a.tmp) (4 times, until 00:00:05.000)\n");
}

TEST_F(TreeText, WhatHasBeenShownIsNamedAgain) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsWrite, 1, "/a"));
  teller.Tell(FsEvent(kFsWrite, 1, "/b"));
  teller.Tell(FsEvent(kFsRead, 2, "/a"));
  teller.Tell(FsEvent(kFsRead, 2, "/b"));
  EXPECT_EQ(Written(&WriteTree, teller, Asked::kAncestors, {"pid:2"}),
            "process[2]\n"
            "1970-01-01 00:00:04.000  read /b\n"
            "1970-01-01 00:00:02.000    written by process[1]\n"
            "1970-01-01 00:00:01.000      run by host:\n"
            "1970-01-01 00:00:03.000  read /a\n"
            "1970-01-01 00:00:01.000    written by process[1] ...\n"
            "1970-01-01 00:00:03.000  run by host:\n");
}

TEST_F(TreeText, ALongChainIsShownInPieces) {
  Storyteller teller;
  for (std::uint32_t pid = 1; pid <= 200; ++pid) {
    teller.Tell(FsEvent(kFsRead, pid, fmt::format("/{}", pid - 1)));
    teller.Tell(FsEvent(kFsWrite, pid, fmt::format("/{}", pid)));
  }
  const std::string text = Written(&WriteTree, teller, Asked::kAncestors, {"/200"});
  EXPECT_NE(text.find(" read /0\n"), std::string::npos) << text;
  for (std::size_t line = 0; line < text.size(); line = text.find('\n', line) + 1) {
    EXPECT_LT(text.find_first_not_of(' ', line + 23) - line, 80u);
  }
}

TEST_F(TreeText, TheWholeGraphHasEveryEdge) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsRead, 1, "/late"));
  teller.Tell(FsEvent(kFsWrite, 2, "/late"));
  const std::string text = Written(&WriteTree, teller, Asked::kAll);
  EXPECT_NE(text.find("read by process[1]"), std::string::npos) << text;
  EXPECT_NE(text.find("wrote /late"), std::string::npos) << text;
}

TEST_F(TreeText, TheNewestOfSeveralFilesComesFirst) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsCreate, 1, "/a"));
  teller.Tell(FsEvent(kFsDelete, 1, "/a"));
  teller.Tell(FsEvent(kFsCreate, 2, "/a"));
  EXPECT_EQ(Written(&WriteTree, teller, Asked::kAncestors, {"/a"}, 1),
            "/a\n"
            "1970-01-01 00:00:03.000  created by process[2]\n"
            "/a (gone)\n"
            "1970-01-01 00:00:01.000  created, deleted by process[1] (2 times, until 00:00:02.000)\n");
}

TEST(Write, APictureHasOneEdgeOfAKindBetweenTwoNodes) {
  Storyteller teller;
  for (int i = 0; i < 3; ++i) {
    teller.Tell(FsEvent(kFsWrite, 1, "/a"));
    teller.Tell(FsEvent(kFsRead, 2, "/a"));
    teller.Tell(FsEvent(kFsRead, 1, fmt::format("/{}", i)));
  }
  const std::string text = Written(&WriteDot, teller, Asked::kAncestors, {"pid:2"});
  const std::size_t at = text.find("[label=\"write x3\"]");
  EXPECT_NE(at, text.npos) << text;
  EXPECT_EQ(text.find("label=\"write", at + 10), text.npos) << text;
}

// A name with all that could end something in one of the formats.
constexpr std::string_view kHostile = "/a\"b\\N\n-->]]><x>&amp;{}\xff\x1b[31m\xef\xbf\xbf\xe2\x80\xae";

Storyteller TellHostile() {
  Storyteller teller;
  teller.Tell(WithProcess(FsEvent(kFsWrite, 1, kHostile), 2, kHostile.substr(0, 15), kHostile));
  Event gap;
  gap.type = kVexevtLost;
  gap.payload = GapPayload{.cause = kHostile, .lost = 3};
  teller.Tell(gap);
  return teller;
}

TEST(Write, NamesStayWhereTheyAreInEveryFormat) {
  const Storyteller teller = TellHostile();
  for (const Writer write : {&WriteTree, &WriteDot, &WriteGraphml, &WriteNdjson}) {
    const std::string text = Written(write, teller, Asked::kAll);
    EXPECT_TRUE(IsUtf8(text)) << text;
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c != 0x7f) || c < 0) << text;
    EXPECT_NE(text.find("3 events are missing in the stream"), std::string::npos) << text;
  }
  EXPECT_NE(Written(&WriteDot, teller, Asked::kAll).find(R"(label="/a\"b\\\\N\\n-->]]><x>&amp;amp;{}\\xff\\x1b[31m)"),
            std::string::npos)
      << Written(&WriteDot, teller, Asked::kAll);
  EXPECT_NE(Written(&WriteGraphml, teller, Asked::kAll)
                .find(R"(<data key="name">/a&quot;b\\N\n--&gt;]]&gt;&lt;x&gt;&amp;amp;{}\xff\x1b[31m\xef\xbf\xbf)"),
            std::string::npos);
  EXPECT_NE(Written(&WriteNdjson, teller, Asked::kAll).find(R"("name_b64":")"), std::string::npos);
}

TEST(Write, AFailureEndsIt) {
  const Storyteller teller = TellHostile();
  const Answer answer = AnswerTo({}, teller.graph());
  for (const Writer write : {&WriteTree, &WriteDot, &WriteGraphml, &WriteNdjson}) {
    const Status status =
        write(teller.graph(), answer, {}, [](std::string_view) { return ErrnoStatus("cannot write 'x'", 28); });
    EXPECT_FALSE(status.ok());
  }
}

TEST(Write, NdjsonHasAnObjectForEachNodeAndEdge) {
  Storyteller teller;
  teller.Tell(WithInode(FsEvent(kFsWrite, 1, "/a"), 7));
  EXPECT_EQ(Written(&WriteNdjson, teller, Asked::kAncestors, {"/a"}),
            R"({"type":"node","node":0,"kind":"host","name":"host:"}
{"type":"node","node":1,"kind":"process","name":"pid:1","pid":1}
{"type":"node","node":2,"kind":"file","name":"/a","inode":7,"root":true}
{"type":"edge","kind":"runs","from":0,"to":1,"first":"1970-01-01T00:00:01.000000000Z","last":"1970-01-01T00:00:01.000000000Z","count":1,"event":"00000000000000010000000000000001"}
{"type":"edge","kind":"write","from":1,"to":2,"first":"1970-01-01T00:00:01.000000000Z","last":"1970-01-01T00:00:01.000000000Z","count":1,"event":"00000000000000010000000000000001"}
)");
}

}  // namespace
}  // namespace vexevt
