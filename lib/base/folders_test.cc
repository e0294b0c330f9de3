#include "lib/base/folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FoldersTest, InBothAreTheLowerOnes) {
  EXPECT_THAT(FoldersInBoth({"/srv", "/home"}, {"/srv/www", "/", "/var"}), ElementsAre("/srv/www", "/srv", "/home"));
  EXPECT_THAT(FoldersInBoth({"/srv/www"}, {"/srv"}), ElementsAre("/srv/www"));
  EXPECT_THAT(FoldersInBoth({}, {"/srv"}), ElementsAre("/srv"));
  EXPECT_THAT(FoldersInBoth({"/srv"}, {}), ElementsAre("/srv"));
  EXPECT_THAT(FoldersInBoth({}, {}), IsEmpty());
}

// Names at whose start one is the other are not folders of each other.
TEST(FoldersTest, NothingInCommonAsksForNoLess) {
  EXPECT_THAT(FoldersInBoth({"/srv"}, {"/srv2"}), ElementsAre("/srv"));
}

}  // namespace
}  // namespace vexevt
