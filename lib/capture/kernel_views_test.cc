#include "lib/capture/kernel_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// id, device, root, point
const std::vector<Mount> kMounts = {
    {1, 8, "/", "/", "ext4"},
    {2, 20, "/", "/proc", "proc"},
    {3, 30, "/", "/tmp", "tmpfs"},
    {4, 9, "/", "/srv", "ext4"},
    {5, 8, "/home/data", "/srv/data", "ext4"},
    {6, 31, "/", "/srv/cache", "tmpfs"},
    {7, 40, "/x", "/a", "btrfs"},
    {8, 40, "/y", "/b", "btrfs"},
};

std::vector<std::string> Points(const KernelViews& plan) {
  std::vector<std::string> points;
  for (const Mount& view : plan.views) points.push_back(view.point);
  return points;
}

TEST(KernelViewsTest, ARootTakesItsFileSystemAndThoseBelow) {
  KernelViews plan = PlanKernelViews(kMounts, {"/srv"}, {});
  EXPECT_THAT(Points(plan), ElementsAre("/srv", "/srv/data", "/srv/cache"));
  EXPECT_THAT(plan.folders, ElementsAre("/srv"));
  EXPECT_THAT(plan.unseen, IsEmpty());
}

TEST(KernelViewsTest, ADirectoryIsAFolderOfItsMount) {
  KernelViews plan = PlanKernelViews(kMounts, {"/srv/www", "/tmp/a", "/tmp/a/b"}, {});
  EXPECT_THAT(Points(plan), ElementsAre("/srv", "/tmp"));
  EXPECT_THAT(plan.folders, ElementsAre("/srv/www", "/tmp/a"));
}

TEST(KernelViewsTest, EverythingIsWhatHoldsFiles) {
  KernelViews plan = PlanKernelViews(kMounts, {}, {});
  EXPECT_THAT(Points(plan), ElementsAre("/", "/tmp", "/srv", "/srv/cache", "/a"));
  EXPECT_THAT(plan.folders, IsEmpty());
  EXPECT_THAT(plan.unseen, ElementsAre("/b"));
  plan = PlanKernelViews(kMounts, {"/"}, {});
  EXPECT_THAT(plan.folders, IsEmpty());
}

// /srv/data and /home are one file system: what happens in the one is told as in the other.
TEST(KernelViewsTest, ABindMountIsToldThroughTheMountThatShowsMost) {
  KernelViews plan = PlanKernelViews(kMounts, {"/srv/data/new", "/home/other"}, {});
  EXPECT_THAT(Points(plan), ElementsAre("/"));
  EXPECT_THAT(plan.folders, ElementsAre("/home/data/new", "/home/other"));
}

TEST(KernelViewsTest, TwoPartsOfWhichNoneShowsTheOtherAreNotBothSeen) {
  KernelViews plan = PlanKernelViews(kMounts, {"/a", "/b/c"}, {});
  EXPECT_THAT(Points(plan), ElementsAre("/a"));
  EXPECT_THAT(plan.folders, ElementsAre("/a"));
  EXPECT_THAT(plan.unseen, ElementsAre("/b/c"));
}

TEST(KernelViewsTest, AViewStaysAsLongAsItIsThere) {
  std::vector<Mount> mounts = kMounts;
  KernelViews before = PlanKernelViews(mounts, {"/srv/data", "/mnt"}, {});
  EXPECT_THAT(Points(before), ElementsAre("/"));  // on which /mnt lies
  mounts.push_back({9, 40, "/", "/mnt", "btrfs"});
  EXPECT_THAT(Points(PlanKernelViews(mounts, {"/a", "/mnt"}, {})), ElementsAre("/mnt"));
  KernelViews kept = PlanKernelViews(mounts, {"/a", "/mnt"}, {mounts[6]});
  EXPECT_THAT(Points(kept), ElementsAre("/a"));
  EXPECT_THAT(kept.unseen, ElementsAre("/mnt"));
}

TEST(KernelViewsTest, WhatIsCoveredIsNotSeen) {
  std::vector<Mount> mounts = kMounts;
  mounts.push_back({9, 50, "/", "/srv/cache", "ext4"});
  EXPECT_THAT(Points(PlanKernelViews(mounts, {"/srv/cache"}, {})), ElementsAre("/srv/cache"));
  EXPECT_EQ(PlanKernelViews(mounts, {"/srv/cache"}, {}).views[0].device, 50U);
}

}  // namespace
}  // namespace vexevt
