#include "lib/base/path.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(PathTest, WithinMeansWholeComponents) {
  EXPECT_TRUE(IsWithin("/srv", "/srv"));
  EXPECT_TRUE(IsWithin("/srv/a", "/srv"));
  EXPECT_FALSE(IsWithin("/srv2", "/srv"));
  EXPECT_FALSE(IsWithin("/sr", "/srv"));
  EXPECT_TRUE(IsWithin("/anything", "/"));
  EXPECT_FALSE(IsWithin("?/name", "/"));
  EXPECT_FALSE(IsWithin("", "/"));
}

}  // namespace
}  // namespace vexevt
