#include "lib/base/nearest_name.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

constexpr std::string_view kNames[] = {"path", "pid", "comm", "vector.collection"};

TEST(NearestName, IsFewEditsAway) {
  EXPECT_EQ(NearestName("pth", kNames), "path");
  EXPECT_EQ(NearestName("comn", kNames), "comm");
  EXPECT_EQ(NearestName("ocmm", kNames), "comm") << "neighbours that changed places are one edit";
  EXPECT_EQ(NearestName("zzzz", kNames), "");
  EXPECT_EQ(NearestName("path", {}), "");
  EXPECT_EQ(NearestName("", kNames), "");
}

TEST(NearestName, IsTheOneWithThisLastPart) { EXPECT_EQ(NearestName("collection", kNames), "vector.collection"); }

TEST(NearestName, IsToldAsAQuestion) {
  EXPECT_EQ(NearestHint("pth", kNames), " (did you mean 'path'?)");
  EXPECT_EQ(NearestHint("zzzz", kNames), "");
  EXPECT_EQ(DidYouMean("x"), " (did you mean 'x'?)");
  EXPECT_EQ(DidYouMean(""), "");
}

}  // namespace
}  // namespace vexevt
