#include "lib/capture/doubles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/event/unpack.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kStart = 1'795'438'800'000'000'000;
constexpr std::uint32_t kMount = 40, kDisk = 8 << 20 | 1;
constexpr std::uint32_t kOwnPid = 1234;
constexpr std::size_t kKernel = 0, kFuse = 1;

class DoublesTest : public ::testing::Test {
 protected:
  static Event Made(Boundary boundary, std::uint64_t number, EventType type, std::uint64_t inode) {
    Event event;
    event.id = {boundary == Boundary::kFuse ? 0xfu : 0xceu, number};
    event.wall_ns = kStart + number;
    event.boundary = boundary;
    event.type = type;
    event.payload = FsPayload{.inode = inode};
    return event;
  }
  // By process 7, through the mount.
  static Event Fuse(std::uint64_t number, EventType type, std::uint64_t inode = 1) {
    Event event = Made(Boundary::kFuse, number, type, inode);
    event.pid = 7;
    event.comm = "cp";
    std::get<FsPayload>(event.payload).path = "/mnt/x";
    std::get<FsPayload>(event.payload).device = kMount;
    return event;
  }
  // As the kernel tells of it on the mount.
  static Event OnMount(std::uint64_t number, EventType type, std::uint64_t inode = 1) {
    Event event = Fuse(number, type, inode);
    event.id.source = 0xce;
    event.boundary = Boundary::kKernel;
    return event;
  }
  // And of the daemon, below it.
  static Event Below(std::uint64_t number, EventType type, std::uint64_t inode = 1) {
    Event event = Made(Boundary::kKernel, number, type, inode);
    event.pid = 99;
    event.comm = "vexevt-fuse";
    std::get<FsPayload>(event.payload).path = "/src/x";
    std::get<FsPayload>(event.payload).device = kDisk;
    return event;
  }

  void Add(const Event& event) {
    FrameBatch one;
    one.Append(event);
    EventView view;
    ASSERT_TRUE(EventView::Bind(one.frames(), &view));
    doubles_.Add(view, event.wall_ns, event.boundary == Boundary::kFuse ? kFuse : kKernel, &out_);
  }
  // What has come out, as "f1" for the FUSE event of number 1, with the numbers of its causes: "f1<2,3".
  std::vector<std::string> Given(std::uint64_t settled_ns) {
    std::vector<std::string> given;
    for (bool full = true; full; out_.Clear()) {
      doubles_.Give(settled_ns, &out_);
      full = out_.full();
      AppendTexts(&given);
    }
    return given;
  }
  void AppendTexts(std::vector<std::string>* given) {
    for (std::span<const std::byte> rest = out_.frames(); !rest.empty();) {
      EventView view;
      ASSERT_TRUE(EventView::Bind(rest.first(MeasureFrame(rest).bytes), &view));
      std::string text = view.boundary() == Boundary::kFuse ? "f" : "k";
      text += std::to_string(view.id().sequence);
      for (std::size_t i = 0; i < view.cause_count(); ++i) {
        EXPECT_EQ(view.cause(i).source, 0xceu);
        text += (i == 0 ? "<" : ",") + std::to_string(view.cause(i).sequence);
      }
      given->push_back(text);
      rest = rest.subspan(view.frame().size());
    }
  }
  std::vector<std::string> All() { return Given(~std::uint64_t{0}); }

  Doubles doubles_{2, kOwnPid};
  FrameBatch out_;
};

TEST_F(DoublesTest, OfOneOperationOneEventStaysWhicheverCameFirst) {
  Add(Fuse(1, kFsMkdir));
  Add(OnMount(2, kFsMkdir));
  Add(Below(3, kFsRename));
  Add(Fuse(4, kFsRename));
  EXPECT_THAT(All(), ElementsAre("f1<2", "f4<3"));
  EXPECT_EQ(doubles_.counts().fuse, 2u);
  EXPECT_EQ(doubles_.counts().joined, 2u);
  EXPECT_THAT(doubles_.counts().removed, ElementsAre(2, 0));
}

TEST_F(DoublesTest, BothSidesOfTheMountMayTell) {
  Add(Below(1, kFsWrite));
  Add(Fuse(2, kFsWrite));
  Add(OnMount(3, kFsWrite));
  EXPECT_THAT(All(), ElementsAre("f2<1,3"));
  EXPECT_EQ(doubles_.counts().joined, 1u);
  EXPECT_THAT(doubles_.counts().removed, ElementsAre(2, 0));
}

TEST_F(DoublesTest, ACreateOpens) {
  Add(Below(1, kFsCreate));
  Add(Below(2, kFsOpen));
  Add(Fuse(3, kFsCreate));
  Add(Fuse(4, kFsOpen));
  Add(Below(5, kFsOpen));
  EXPECT_THAT(All(), ElementsAre("f3<1,2", "f4<5"));
}

TEST_F(DoublesTest, WhatTheKernelTellsInGeneralIsTheSame) {
  struct {
    EventType fuse, kernel;
  } const pairs[] = {{kFsTruncate, kFsWrite},   {kFsAllocate, kFsWrite},  {kFsChmod, kFsAttrib},
                     {kFsChown, kFsAttrib},     {kFsSetxattr, kFsAttrib}, {kFsRemovexattr, kFsAttrib},
                     {kFsAttrib, kFsAttrib},    {kFsAttrib, kFsWrite},    {kFsCloseWrite, kFsClose},
                     {kFsClose, kFsCloseWrite}, {kFsSymlink, kFsCreate},  {kFsHardlink, kFsHardlink},
                     {kFsMknod, kFsMknod},      {kFsRename, kFsMoveOut},  {kFsRename, kFsMoveIn},
                     {kFsRead, kFsRead},        {kFsDelete, kFsDelete},   {kFsRmdir, kFsRmdir}};
  std::uint64_t number = 0;
  for (const auto& pair : pairs) {
    Add(Fuse(number + 1, pair.fuse));
    Add(Below(number + 2, pair.kernel));
    EXPECT_THAT(All(), ElementsAre("f" + std::to_string(number + 1) + "<" + std::to_string(number + 2)))
        << TypeName(pair.fuse) << ' ' << TypeName(pair.kernel);
    number += 2;
  }
}

TEST_F(DoublesTest, OthersPassUnchangedInTheirOrder) {
  Event failed = Fuse(1, kFsMkdir);
  failed.result = 17;
  Add(failed);
  Add(OnMount(2, kFsMkdir));  // the failed one made nothing that a kernel tells of
  Add(Fuse(3, kFsSync));      // nor this
  Add(Fuse(4, kFsDelete, 5));
  Add(Below(5, kFsDelete, 6));  // another inode
  Add(Below(6, kFsRmdir, 5));   // another operation
  Event other = OnMount(7, kFsDelete, 5);
  other.pid = 8;  // another process
  Add(other);
  Event elsewhere = OnMount(8, kFsDelete, 5);
  std::get<FsPayload>(elsewhere.payload).device = kDisk;  // the inode of another file system
  Add(elsewhere);
  Event nameless = Below(9, kFsDelete, 5);
  nameless.comm = "vexevt-fused";
  Add(nameless);
  Add(OnMount(10, kFsExec, 5));  // FUSE knows of no programs
  Event application = Made(Boundary::kUser, 11, kFsDelete, 5);
  application.pid = 7;
  Add(application);
  EXPECT_THAT(All(), ElementsAre("f1", "k2", "f3", "f4", "k5", "k6", "k7", "k8", "k9", "k10", "k11"));
  EXPECT_EQ(doubles_.counts().fuse, 1u);
  EXPECT_EQ(doubles_.counts().joined, 0u);
}

TEST_F(DoublesTest, TheFirstThatWaitsIsTheOneMeant) {
  for (std::uint64_t number = 1; number <= 3; ++number) Add(Fuse(number, kFsWrite));
  Add(Below(4, kFsWrite));  // the kernel merged the rest
  Add(Below(5, kFsWrite));
  EXPECT_THAT(All(), ElementsAre("f1<4", "f2<5", "f3"));
}

TEST_F(DoublesTest, NothingWaitsLongerThanTheWindow) {
  Add(Fuse(1, kFsMkdir));
  EXPECT_THAT(Given(kStart + 1 + Doubles::kWindowNs - 1), ElementsAre());
  EXPECT_THAT(Given(kStart + 1 + Doubles::kWindowNs), ElementsAre("f1"));
  Add(OnMount(2, kFsMkdir));
  Add(Made(Boundary::kKernel, 3, kFsMkdir, 9));
  EXPECT_THAT(Given(kStart), ElementsAre()) << "what stands behind waits, too";
  EXPECT_THAT(Given(kStart + 2 + Doubles::kWindowNs), ElementsAre("k2", "k3"));
  EXPECT_TRUE(doubles_.empty());
}

TEST_F(DoublesTest, TheDaemonsOwnWaitLongerUnlessThereIsNeverATwin) {
  std::uint64_t number = 1;
  for (; number <= Doubles::kMostMisses; ++number) {
    Add(Below(number, kFsWrite));
    EXPECT_THAT(Given(kStart + number + Doubles::kDaemonWindowNs - 1), ElementsAre());
    EXPECT_THAT(Given(kStart + number + Doubles::kDaemonWindowNs), ElementsAre("k" + std::to_string(number)));
  }
  Add(Below(number, kFsWrite));
  EXPECT_THAT(Given(kStart + number + Doubles::kWindowNs), ElementsAre("k" + std::to_string(number)));
  Add(Fuse(100, kFsWrite));
  Add(Below(101, kFsWrite));
  EXPECT_THAT(All(), ElementsAre("f100<101"));
  Add(Below(102, kFsWrite));
  EXPECT_THAT(Given(kStart + 102 + Doubles::kDaemonWindowNs - 1), ElementsAre());
}

TEST_F(DoublesTest, WhatThisProcessDidGoesWithWhatTheKernelTellsOfIt) {
  for (EventType type : {kFsWrite, kFsMkdir}) {
    Event own = Fuse(1, type);
    own.pid = kOwnPid;
    Add(own);
    Add(Below(2, type));
    Add(Below(3, type, 5));
    Event other = Fuse(4, type, 5);
    other.pid = kOwnPid;
    Add(other);
    EXPECT_THAT(All(), ElementsAre());
  }
  EXPECT_EQ(doubles_.counts().fuse, 0u);
}

TEST_F(DoublesTest, DirectoriesThatTheDaemonReadsWaitForNothing) {
  Event open = Below(1, kFsOpen);
  open.flags = kFlagDirectory;
  Add(open);
  EXPECT_THAT(Given(kStart), ElementsAre("k1"));
}

TEST_F(DoublesTest, WhoHasNoTwinToComeDoesNotWait) {
  Add(OnMount(1, kFsMkdir));  // no event came from that mount yet
  Add(Fuse(2, kFsSync));
  EXPECT_THAT(Given(kStart), ElementsAre("k1", "f2"));
}

TEST_F(DoublesTest, WhatThereIsNoRoomForIsGivenUnjoinedAndOnce) {
  const std::uint64_t count = Doubles::kMostEvents + 1000;
  std::vector<std::string> given;
  for (std::uint64_t number = 1; number <= count; ++number) {
    Add(Fuse(number, kFsMkdir, number));
    if (number % 1000 == 0) {
      for (std::string& text : Given(kStart)) given.push_back(std::move(text));
    }
  }
  for (std::uint64_t number = 1; number <= count; ++number) {
    Add(Below(count + number, kFsMkdir, count + 1 - number));  // those that were given first come last
    if (number % 1000 == 0) {
      for (std::string& text : Given(kStart)) given.push_back(std::move(text));
    }
  }
  for (std::string& text : All()) given.push_back(std::move(text));
  std::vector<std::uint64_t> fuse;
  std::uint64_t kernel = 0;
  for (const std::string& text : given) {
    if (text[0] == 'k') {
      ++kernel;
    } else {
      fuse.push_back(std::stoull(text.substr(1)));
    }
  }
  EXPECT_EQ(fuse.size(), count);
  EXPECT_TRUE(std::ranges::is_sorted(fuse));
  EXPECT_GE(kernel, 1000u) << "as many FUSE events had gone";
  EXPECT_EQ(kernel + doubles_.counts().removed[kKernel], count);
  EXPECT_GT(doubles_.counts().joined, count / 2);
}

// Frames of a mebibyte: the ring of bytes is what gives out, wherever joined frames lie in it.
TEST_F(DoublesTest, LargeFramesGoRoundTheRing) {
  const std::string large(900'000, 'x');
  std::vector<std::string> given;
  for (std::uint64_t number = 1; number <= 40; ++number) {
    Event fuse = Fuse(2 * number, kFsMkdir, number);
    if (number % 3 == 0) std::get<FsPayload>(fuse.payload).path = large;
    Event kernel = Below(2 * number + 1, kFsMkdir, number);
    if (number % 3 == 1) kernel.cgroup = large;
    Add(fuse);
    Add(kernel);
    for (std::string& text : Given(kStart)) given.push_back(std::move(text));
  }
  for (std::string& text : All()) given.push_back(std::move(text));
  ASSERT_EQ(given.size(), 40u);
  for (std::uint64_t number = 1; number <= 40; ++number) {
    EXPECT_EQ(given[number - 1], "f" + std::to_string(2 * number) + "<" + std::to_string(2 * number + 1));
  }
}

TEST_F(DoublesTest, WhatCannotSayAllOfBothStaysTwo) {
  Event fuse = Fuse(1, kFsMkdir);
  const std::string half(kMaxFrameBytes / 2 + 1000, 'x');
  fuse.tenant = half;
  Event kernel = Below(2, kFsMkdir);
  kernel.cgroup = half;
  Add(fuse);
  Add(kernel);
  EXPECT_THAT(All(), ElementsAre("f1", "k2"));
  Add(kernel);
  Add(fuse);
  EXPECT_THAT(All(), ElementsAre("k2", "f1"));
}

}  // namespace
}  // namespace vexevt
