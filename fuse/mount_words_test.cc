#include "fuse/mount_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using ::testing::ElementsAre;

TEST(MountWords, OfTheHelperBecomeOurOptions) {
  EXPECT_TRUE(IsMountHelper("/sbin/mount.fuse.vexevt"));
  EXPECT_FALSE(IsMountHelper("/usr/bin/vexevt-fuse"));
  EXPECT_THAT(
      WordsOfMount({"/src", "/mnt", "-sv", "-o", "rw,nosuid,output=unix:/s,writeback,timeout=0.5", "-t", "fuse.vexevt"},
                   /*helper=*/true),
      ElementsAre("--background", "/src", "/mnt", "--output=unix:/s", "--writeback", "--timeout=0.5", "--mount-options",
                  "nosuid"));
}

TEST(MountWords, ForOthersAreLeftOut) {
  EXPECT_THAT(
      WordsOfMount({"/s", "/m", "-o", "rw,noauto,user,_netdev,nofail,x-systemd.automount,comment=x,defaults"}, true),
      ElementsAre("--background", "/s", "/m"));
}

TEST(MountWords, KeepCommasInQuotesAndBehindBackslashes) {
  EXPECT_THAT(
      WordsOfMount({"/s", "/m", "-o", R"x(where="type in (fs.read, fs.write)",types=fs.read\,fs.write)x"}, true),
      ElementsAre("--background", "/s", "/m", "--where=type in (fs.read, fs.write)", "--types=fs.read,fs.write"));
}

TEST(MountWords, OfMountFuse3AreKnownByTheirFirst) {
  EXPECT_THAT(WordsOfMount({"/s", "/m", "-o", "ro,output=e"}, /*helper=*/false),
              ElementsAre("--background", "/s", "/m", "--output=e", "--mount-options", "ro"));
  EXPECT_THAT(WordsOfMount({"-o", "rows.evt", "/s", "/m"}, false), ElementsAre("-o", "rows.evt", "/s", "/m"));
  EXPECT_THAT(WordsOfMount({"/s", "/m", "-o"}, false), ElementsAre("/s", "/m", "-o"));
}

// A flag with a value, and a value without one, are no options of ours.
TEST(MountWords, OfTheWrongShapeAreForTheKernel) {
  EXPECT_THAT(WordsOfMount({"/s", "/m", "-o", "writeback=1,output,max_read=4096"}, true),
              ElementsAre("--background", "/s", "/m", "--mount-options", "writeback=1,output,max_read=4096"));
}

}  // namespace
}  // namespace vexevt
