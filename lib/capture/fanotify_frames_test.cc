#include "lib/capture/fanotify_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "lib/capture/testing/fanotify_bytes.h"
#include "lib/event/event_view.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kPid = 0x7ffffff0;

class FanotifyFramesTest : public ::testing::Test {
 protected:
  void Use(FanotifyOptions options) {
    options.stat = false;
    frames_.emplace(options, true, clock_);
    last_wall_ns_ = 0;
    DirectoryTree& tree = frames_->tree();
    DirectoryTree::Id top = tree.AddTop(Ext4Key(2), "/");
    DirectoryTree::Id srv = tree.Place(Ext4Key(3), top, "srv");
    tree.Place(Ext4Key(4), srv, "in");
    tree.Place(Ext4Key(5), top, "out");
  }

  std::vector<std::string> Feed(const FanotifyBytes& bytes) {
    if (!frames_) Use({});
    FrameBatch batch;
    FanotifyReader reader(bytes.bytes());
    frames_->BeginBatch(clock_.Now());
    for (FanotifyRecord record; reader.Next(&record);) frames_->Append(record, &batch);
    EXPECT_FALSE(reader.bad());
    std::vector<std::string> lines;
    for (auto rest = batch.frames(); !rest.empty();) {
      FrameSize size = MeasureFrame(rest);
      EventView view;
      EXPECT_TRUE(EventView::Bind(rest.first(size.bytes), &view));
      std::string line = TypeName(view.type()) + " " + std::string(view.path());
      if (!view.path2().empty()) line += " " + std::string(view.path2());
      if ((view.flags() & kFlagSplit) != 0) line += " split";
      EXPECT_GT(view.wall_ns(), last_wall_ns_);
      last_wall_ns_ = view.wall_ns();
      lines.push_back(line);
      rest = rest.subspan(size.bytes);
    }
    return lines;
  }

  static FanotifyBytes One(std::uint64_t mask, const std::string& directory, std::string_view name,
                           std::uint32_t pid = kPid) {
    FanotifyBytes bytes;
    bytes.Record(mask, pid).Named(directory, name).Object(Ext4Key(100));
    return bytes;
  }

  FakeClock clock_{{1'795'438'800'000'000'000, 1'000'000'000}};
  std::optional<FanotifyFrames> frames_;
  std::uint64_t last_wall_ns_ = 0;
};

TEST_F(FanotifyFramesTest, SplitsMergedRecords) {
  EXPECT_THAT(Feed(One(FAN_CREATE | FAN_CLOSE_WRITE | FAN_OPEN | FAN_DELETE, Ext4Key(4), "f")),
              ElementsAre("fs.create /srv/in/f split", "fs.open /srv/in/f split", "fs.close-write /srv/in/f split",
                          "fs.delete /srv/in/f split"));
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(4), "f")), ElementsAre("fs.delete /srv/in/f"));
  EXPECT_THAT(Feed(One(FAN_OPEN | FAN_ONDIR, Ext4Key(4), ".")), ElementsAre("fs.open /srv/in"));
  EXPECT_EQ(frames_->counters.reported, 3U);
  EXPECT_EQ(frames_->counters.events, 6U);
}

TEST_F(FanotifyFramesTest, FollowsDirectoriesThatTheQueueNames) {
  FanotifyBytes bytes;
  bytes.Record(FAN_CREATE | FAN_ONDIR, kPid).Named(Ext4Key(4), "d").Object(Ext4Key(20));
  bytes.Record(FAN_CREATE, kPid).Named(Ext4Key(20), "f").Object(Ext4Key(21));
  bytes.Record(FAN_RENAME | FAN_ONDIR, kPid)
      .Info(FAN_EVENT_INFO_TYPE_OLD_DFID_NAME, Ext4Key(4), "d")
      .Info(FAN_EVENT_INFO_TYPE_NEW_DFID_NAME, Ext4Key(5), "e")
      .Object(Ext4Key(20));
  bytes.Record(FAN_DELETE, kPid).Named(Ext4Key(20), "f").Object(Ext4Key(21));
  EXPECT_THAT(Feed(bytes), ElementsAre("fs.mkdir /srv/in/d", "fs.create /srv/in/d/f", "fs.rename /srv/in/d /out/e",
                                       "fs.delete /out/e/f"));
}

TEST_F(FanotifyFramesTest, WhatCannotBeFoundIsMarkedAndNotLost) {
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(77), "f")), ElementsAre("fs.delete ?/f"));
  Use({.selection = {.roots = {"/srv/in"}}});
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(77), "f")), ElementsAre("fs.delete ?/f"));
}

TEST_F(FanotifyFramesTest, ChangesOfTheLinkCountAloneAreNotTold) {
  FanotifyBytes bytes;
  bytes.Record(FAN_ATTRIB | FAN_DELETE_SELF, kPid).Object(Ext4Key(100));
  EXPECT_THAT(Feed(bytes), IsEmpty());
}

TEST_F(FanotifyFramesTest, SelectsByRootTypeAndPid) {
  Use({.selection = {.fs_types = ~(std::uint64_t{1} << (kFsOpen & 0xff)), .roots = {"/srv/in"}, .pids = {kPid}}});
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(5), "f")), IsEmpty());
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(3), "inner")), IsEmpty());
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(3), "in")), ElementsAre("fs.delete /srv/in"));
  EXPECT_THAT(Feed(One(FAN_DELETE, Ext4Key(4), "f", kPid + 1)), IsEmpty());
  EXPECT_THAT(Feed(One(FAN_OPEN | FAN_MODIFY, Ext4Key(4), "f")), ElementsAre("fs.write /srv/in/f split"));
  EXPECT_EQ(frames_->counters.unwanted, 4U);
}

TEST_F(FanotifyFramesTest, OwnRecordsAreLeftOutButTheirDirectoriesFollowed) {
  auto own = static_cast<std::uint32_t>(::getpid());
  FanotifyBytes bytes;
  bytes.Record(FAN_CREATE | FAN_ONDIR, own).Named(Ext4Key(4), "d").Object(Ext4Key(20));
  bytes.Record(FAN_CREATE, kPid).Named(Ext4Key(20), "f").Object(Ext4Key(21));
  EXPECT_THAT(Feed(bytes), ElementsAre("fs.create /srv/in/d/f"));
  EXPECT_EQ(frames_->counters.own, 1U);
}

TEST_F(FanotifyFramesTest, AnOverflowIsAGapAndForgetsTheTree) {
  Feed(One(FAN_DELETE, Ext4Key(4), "f"));
  FanotifyBytes bytes;
  bytes.Record(FAN_Q_OVERFLOW, 0);
  EXPECT_THAT(Feed(bytes), ElementsAre("vexevt.lost "));
  EXPECT_EQ(frames_->counters.gaps, 1U);
  EXPECT_EQ(frames_->tree().size(), 0U);
}

}  // namespace
}  // namespace vexevt
