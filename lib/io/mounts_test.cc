#include "lib/io/mounts.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

constexpr std::string_view kMountInfo =
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "41 27 7:0 / /mnt/with\\040space rw,relatime shared:1 master:2 - ext4 /dev/loop0 rw\n"
    "42 27 254:0 /srv/part /part rw - ext4 /dev/vda rw\n"
    "43 27 0:40 / /part rw - tmpfs none rw\n"
    "44 27 0:4 net:[4026531840] /run/netns/x rw - nsfs nsfs rw\n"
    "broken\n"
    "45 27 nonsense";

TEST(MountsTest, ReadsMountinfo) {
  std::vector<Mount> mounts = ParseMounts(kMountInfo);
  ASSERT_EQ(mounts.size(), 6U);
  EXPECT_EQ(mounts[0].id, 27U);
  EXPECT_EQ(mounts[0].device, 254U << 20);
  EXPECT_EQ(mounts[0].point, "/");
  EXPECT_EQ(mounts[0].type, "ext4");
  EXPECT_EQ(mounts[2].point, "/mnt/with space");
  EXPECT_EQ(mounts[2].type, "ext4");
  EXPECT_EQ(mounts[3].root, "/srv/part");
  EXPECT_TRUE(IsPseudo(mounts[1]));
  EXPECT_TRUE(IsPseudo(mounts[5]));
  EXPECT_FALSE(IsPseudo(mounts[0]));
  EXPECT_FALSE(IsPseudo(mounts[4]));
}

TEST(MountsTest, TheMountOfAPathIsTheLastOfTheDeepest) {
  std::vector<Mount> mounts = ParseMounts(kMountInfo);
  EXPECT_EQ(MountOf("/etc", mounts)->id, 27U);
  EXPECT_EQ(MountOf("/part/x", mounts)->id, 43U);
  EXPECT_EQ(MountOf("/partial", mounts)->id, 27U);
  EXPECT_EQ(MountOf("/mnt/with space", mounts)->id, 41U);
  EXPECT_EQ(MountOf("/etc", {}), nullptr);
}

TEST(MountsTest, OursHaveARoot) {
  auto mounts = ReadMounts();
  ASSERT_TRUE(mounts.ok()) << mounts.status().message();
  EXPECT_NE(MountOf("/", *mounts), nullptr);
}

}  // namespace
}  // namespace vexevt
