#include "lib/stream/resume.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "lib/event/type.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

std::vector<std::byte> Frames(std::uint64_t from, std::uint64_t to, std::uint64_t source = 1) {
  std::vector<std::byte> bytes;
  for (std::uint64_t time = from; time <= to; ++time) {
    std::vector<std::byte> frame = FrameAt(time, source);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

class ResumeTest : public testing::Test {
 protected:
  // Reads at most `most` events of `names` behind the marks, and sets these to where that ends. The events by their
  // times, a gap as "gap".
  std::string Read(const std::vector<std::string>& names, std::size_t most = 1000, InputOptions options = {}) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(directory_ / name);
    auto input = ResumeInputs(paths, options, marks_);
    if (!input.ok()) return input.status().message();
    std::string text;
    std::size_t left = 0;
    while (most > 0 && (!options.follow || (*input)->MoreWaiting())) {
      auto events = (*input)->Read();
      if (!events.ok()) {
        text += "! ";
        break;
      }
      if (events->empty()) break;
      std::size_t taken = std::min(most, events->size());
      for (const EventView& event : events->first(taken)) {
        text += event.type() == kVexevtLost ? "gap " : std::to_string(event.wall_ns()) + " ";
      }
      most -= taken;
      left = events->size() - taken;
    }
    std::vector<FileMark> marks;
    (*input)->AddMarks(left, &marks);
    marks_ = UpdateMarks(marks_, std::move(marks));
    auto printed = ParseMarks(PrintMarks(marks_));
    EXPECT_TRUE(printed.ok() && *printed == marks_);
    return text;
  }
  void Rename(const std::string& from, const std::string& to) {
    ASSERT_EQ(rename((directory_ / from).c_str(), (directory_ / to).c_str()), 0);
  }

  TestDirectory directory_;
  std::vector<FileMark> marks_;
};

TEST_F(ResumeTest, AFileIsReadOnBehindItsLastEvent) {
  WriteFile(directory_ / "a", Frames(1, 3));
  EXPECT_EQ(Read({"a"}), "1 2 3 ");
  EXPECT_EQ(Read({"a"}), "");
  WriteFile(directory_ / "a", Frames(4, 5), O_APPEND);
  EXPECT_EQ(Read({"a"}), "4 5 ");
  EXPECT_EQ(Read({"a"}), "");
}

TEST_F(ResumeTest, AnyNumberOfEventsAtATimeGivesEachOnce) {
  WriteFile(directory_ / "a", Frames(1, 9));
  EXPECT_EQ(Read({"a"}, 0), "");
  EXPECT_EQ(Read({"a"}, 2), "1 2 ");
  EXPECT_EQ(Read({"a"}, 1), "3 ");
  EXPECT_EQ(Read({"a"}, 0), "");
  EXPECT_EQ(Read({"a"}), "4 5 6 7 8 9 ");
}

TEST_F(ResumeTest, MergedFilesHaveEachTheirPlace) {
  std::vector<std::byte> odd, even;
  for (std::uint64_t time = 1; time <= 20; ++time) {
    std::vector<std::byte> frame = FrameAt(time);
    auto& bytes = time % 2 != 0 ? odd : even;
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  for (std::size_t step : {1u, 2u, 3u, 7u, 100u}) {
    WriteFile(directory_ / "odd", odd);
    WriteFile(directory_ / "even", even);
    WriteFile(directory_ / "none", {});
    marks_.clear();
    std::string all;
    for (std::string some = "-"; !some.empty(); all += some) some = Read({"odd", "none", "even"}, step);
    EXPECT_EQ(all, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 ") << step;
  }
}

TEST_F(ResumeTest, ARenamedFileIsKnownByItsInode) {
  WriteFile(directory_ / "a", Frames(1, 3));
  EXPECT_EQ(Read({"a"}), "1 2 3 ");
  WriteFile(directory_ / "a", Frames(4, 4), O_APPEND);
  Rename("a", "a.1");
  WriteFile(directory_ / "a", Frames(5, 6));
  EXPECT_EQ(Read({"a", "a.1"}), "4 5 6 ");
  Rename("a.1", "a.2");
  Rename("a", "a.1");
  WriteFile(directory_ / "a", Frames(7, 7));
  EXPECT_EQ(Read({"a", "a.1", "a.2"}), "7 ");
}

TEST_F(ResumeTest, AReplacedFileIsReadFromItsStartBehindAGap) {
  WriteFile(directory_ / "a", Frames(1, 3));
  EXPECT_EQ(Read({"a"}), "1 2 3 ");
  Rename("a", "a.1");
  WriteFile(directory_ / "a", Frames(5, 6));
  EXPECT_EQ(Read({"a"}, 1), "gap ");
  EXPECT_EQ(Read({"a"}), "5 6 ");
  // The same file, written anew.
  WriteFile(directory_ / "a", Frames(11, 19));
  EXPECT_EQ(Read({"a"}), "gap 11 12 13 14 15 16 17 18 19 ");
  WriteFile(directory_ / "a", Frames(21, 21));
  EXPECT_EQ(Read({"a"}), "gap 21 ");
}

TEST_F(ResumeTest, AGapStandsWhereItsFileWouldHaveGoneOn) {
  WriteFile(directory_ / "a", Frames(1, 3));
  WriteFile(directory_ / "b", Frames(1, 2));
  EXPECT_EQ(Read({"a", "b"}), "1 1 2 2 3 ");
  Rename("a", "old");
  WriteFile(directory_ / "a", Frames(5, 6));
  WriteFile(directory_ / "b", Frames(4, 7), O_APPEND);
  EXPECT_EQ(Read({"a", "b"}), "gap 4 5 5 6 6 7 ");
}

TEST_F(ResumeTest, AFileThatWasCopiedBackIsTheSame) {
  WriteFile(directory_ / "a", Frames(1, 3));
  EXPECT_EQ(Read({"a"}), "1 2 3 ");
  Rename("a", "b");
  WriteFile(directory_ / "a", Frames(1, 5));
  EXPECT_EQ(Read({"a"}), "4 5 ");
}

TEST_F(ResumeTest, ANewFileWithTheInodeOfARemovedOneIsNew) {
  WriteFile(directory_ / "a", Frames(1, 3));
  EXPECT_EQ(Read({"a"}), "1 2 3 ");
  Rename("a", "b");
  WriteFile(directory_ / "b", Frames(7, 9));
  EXPECT_EQ(Read({"b"}), "7 8 9 ");
}

TEST_F(ResumeTest, BadDataStaysWhereItIs) {
  std::vector<std::byte> bytes = Frames(1, 3);
  bytes.resize(bytes.size() - 8);
  WriteFile(directory_ / "a", bytes);
  EXPECT_EQ(Read({"a"}), "1 2 ! ");
  EXPECT_EQ(Read({"a"}), "! ");
  WriteFile(directory_ / "a", Frames(1, 4));  // what was being written is there now
  EXPECT_EQ(Read({"a"}), "3 4 ");
}

TEST_F(ResumeTest, AFollowedFileTellsTheOneThatItIsIn) {
  WriteFile(directory_ / "a", Frames(1, 3));
  EXPECT_EQ(Read({"a"}, 2, {.follow = true}), "1 2 ");
  EXPECT_EQ(Read({"a"}, 9, {.follow = true}), "3 ");
  const std::vector<std::string> paths = {directory_ / "a"};
  auto input = ResumeInputs(paths, {.follow = true}, marks_);
  ASSERT_TRUE(input.ok());
  EXPECT_FALSE((*input)->MoreWaiting());
  Rename("a", "a.1");
  WriteFile(directory_ / "a", Frames(4, 5));
  ASSERT_TRUE((*input)->MoreWaiting());
  marks_.clear();
  (*input)->AddMarks(0, &marks_);
  struct stat file;
  ASSERT_EQ(stat(paths[0].c_str(), &file), 0);
  EXPECT_THAT(marks_, testing::ElementsAre(FileMark{paths[0], file.st_ino, {}}));
  EXPECT_EQ(Read({"a"}), "4 5 ");
}

TEST_F(ResumeTest, LinesOfJsonAreCountedAsFrames) {
  constexpr std::string_view kTwo =
      "{\"id\":\"00000000000000010000000000000001\",\"type\":\"fs.open\",\"time\":\"1970-01-01T00:00:00.000000001Z\"}\n"
      "{\"id\":\"00000000000000010000000000000002\",\"type\":\"fs.open\",\"time\":\"1970-01-01T00:00:00.000000002Z\"}"
      "\n";
  constexpr std::string_view kThird =
      "{\"id\":\"00000000000000010000000000000003\",\"type\":\"fs.open\",\"time\":\"1970-01-01T00:00:00.000000003Z\"}";
  for (bool follow : {false, true}) {
    WriteFile(directory_ / "a", AsBytes(kTwo));
    marks_.clear();
    EXPECT_EQ(Read({"a"}, 1, {.follow = follow, .json = true}), "1 ");
    EXPECT_EQ(Read({"a"}, 9, {.follow = follow, .json = true}), "2 ");
    WriteFile(directory_ / "a", AsBytes(std::string(kThird) + "\n"), O_APPEND);
    EXPECT_EQ(Read({"a"}, 9, {.follow = follow, .json = true}), "3 ");
    EXPECT_EQ(Read({"a"}, 9, {.follow = follow, .json = true}), "");
  }
}

TEST_F(ResumeTest, WhatCannotBeReadAgainIsRefused) {
  auto refusal = [](std::vector<std::string> endpoints) {
    auto input = ResumeInputs(endpoints, {}, {});
    EXPECT_EQ(input.status().code(), StatusCode::kInvalidArgument);
    return input.status().message();
  };
  const std::string why = " is not a file: a checkpoint can't tell where to go on";
  EXPECT_EQ(refusal({}), "'-'" + why);
  EXPECT_EQ(refusal({"exec:true"}), "'exec:true'" + why);
  EXPECT_EQ(refusal({"unix:s"}), "'unix:s'" + why);
  EXPECT_EQ(refusal({"/dev/null"}), "'/dev/null'" + why);
  ASSERT_EQ(mkfifo((directory_ / "p").c_str(), 0600), 0);
  EXPECT_EQ(refusal({directory_ / "p"}), "'" + directory_ / "p" + "'" + why);
  WriteFile(directory_ / "a", {});
  EXPECT_EQ(refusal({directory_ / "a", directory_ / "./a"}),
            "'" + directory_ / "./a" + "' is named twice: a checkpoint can't tell where to go on");
  EXPECT_EQ(Read({"gone"}), "cannot open '" + directory_ / "gone" + "': No such file or directory");
}

}  // namespace
}  // namespace vexevt
