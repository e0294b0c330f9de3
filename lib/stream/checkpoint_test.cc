#include "lib/stream/checkpoint.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "lib/io/full.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kMarkTime = 1'795'438'807'000'000'001;

TEST(Checkpoint, IsReadAsItIsWritten) {
  std::vector<FileMark> marks = {{"/srv/a.evt", 131123, FileMark::LastEvent{40960, {0x0b51c92d13f08a77, 7}, kMarkTime}},
                                 {"/srv/\n b\\\xff", ~ino_t{0}, {}}};
  EXPECT_EQ(PrintMarks(marks),
            "vexevt checkpoint 1\n"
            "131123 40960 0b51c92d13f08a770000000000000007 2026-11-23T13:00:07.000000001Z /srv/a.evt\n"
            "18446744073709551615 0 - - /srv/\\n b\\\\\\xff\n");
  EXPECT_EQ(*ParseMarks(PrintMarks(marks)), marks);
  EXPECT_THAT(*ParseMarks(""), ElementsAre());
  EXPECT_THAT(*ParseMarks("vexevt checkpoint 1\n"), ElementsAre());
}

TEST(Checkpoint, WhatIsNoneIsRefused) {
  auto error = [](const std::string& line) {
    return ParseMarks("vexevt checkpoint 1\n1 0 - - /a\n" + line).status().message();
  };
  EXPECT_EQ(ParseMarks("vexevt checkpoint 2\n").status().message(), "not a checkpoint");
  EXPECT_EQ(ParseMarks(std::string(4096, '\0')).status().code(), StatusCode::kInvalidArgument);
  const std::string id = "0b51c92d13f08a770000000000000007", time = "2026-11-23T13:00:07Z";
  EXPECT_EQ(error("1 5 " + id + " " + time + " /b\n"), "");
  const std::vector<std::string> bad = {"\n",
                                        "1\n",
                                        "x 5 " + id + " " + time + " /b\n",
                                        "-1 5 " + id + " " + time + " /b\n",
                                        "1 5 - - /b\n",
                                        "1 5 " + id + " - /b\n",
                                        "1 5 " + id.substr(1) + " " + time + " /b\n",
                                        "1 5 " + id + " now /b\n",
                                        "1 5 " + id + " " + time + " b\n",
                                        "1 5 " + id + " " + time + " /\\q\n",
                                        "1 5 " + id + " " + time + "\n",
                                        "99999999999999999999 5 " + id + " " + time + " /b\n"};
  for (const std::string& line : bad) {
    EXPECT_EQ(error(line), "line 3 is not of a checkpoint") << line;
  }
}

TEST(Checkpoint, IsKeptInAFileOnly) {
  TestDirectory directory;
  std::string path = directory / "ck";
  EXPECT_THAT(*LoadCheckpoint(path), ElementsAre());
  std::vector<FileMark> marks = {{"/srv/a.evt", 1, {}}};
  ASSERT_TRUE(SaveCheckpoint(path, marks).ok());
  EXPECT_EQ(*LoadCheckpoint(path), marks);
  struct stat file;
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  WriteFile(path, AsBytes("no marks"));
  EXPECT_EQ(LoadCheckpoint(path).status().message(), path + ": not a checkpoint");
  EXPECT_EQ(LoadCheckpoint("/dev/null").status().message(), "'/dev/null': a checkpoint is kept in a file");
}

TEST(Checkpoint, FilesThatARunDidNotNameAreNotForgotten) {
  TestDirectory directory;
  auto make = [&](const std::string& name) {
    WriteFile(directory / name, {});
    struct stat file;
    EXPECT_EQ(stat((directory / name).c_str(), &file), 0);
    return FileMark{directory / name, file.st_ino, {}};
  };
  FileMark a = make("a"), b = make("b"), gone{directory / "gone", 1, {}};
  EXPECT_THAT(UpdateMarks({a, b, gone}, {a}), ElementsAre(a, b));
  // b was renamed to c, and there is another b: the old mark would have c read again.
  ASSERT_EQ(rename((directory / "b").c_str(), (directory / "c").c_str()), 0);
  make("b");
  FileMark c = b;
  c.path = directory / "c";
  EXPECT_THAT(UpdateMarks({b}, {c}), ElementsAre(c));
  // On another file system the inode may be the same.
  FileMark other = make("other"), elsewhere{"/elsewhere", other.inode, {}};
  EXPECT_THAT(UpdateMarks({other}, {elsewhere}), ElementsAre(elsewhere, other));
}

}  // namespace
}  // namespace vexevt
