#include "lib/capture/root_set.h"

#include <gtest/gtest.h>

#include <random>

#include "lib/base/path.h"

namespace vexevt {
namespace {

TEST(RootSetTest, WithoutRootsAllIsInside) {
  EXPECT_EQ(RootSet({}).StandingOf("/"), Standing::kInside);
  EXPECT_EQ(RootSet({"/"}).StandingOf("/any"), Standing::kInside);
}

TEST(RootSetTest, NamesThatSortBetweenAFolderAndItsFilesDoNotHideIt) {
  RootSet roots({"/a", "/a-b", "/a.c", "/a/deeper", "/z"});
  EXPECT_EQ(roots.StandingOf("/a/x"), Standing::kInside);
  EXPECT_EQ(roots.StandingOf("/a-b/x"), Standing::kInside);
  EXPECT_EQ(roots.StandingOf("/a-c"), Standing::kOutside);
  EXPECT_EQ(roots.StandingOf("/"), Standing::kAbove);
  EXPECT_EQ(roots.StandingOf("?/x"), Standing::kInside);
}

TEST(RootSetTest, AgreesWithLookingAtEachRoot) {
  std::mt19937 random(7);
  auto path = [&] {
    std::string text;
    for (auto parts = 1 + random() % 4; parts > 0; --parts) {
      text += '/';
      for (auto size = 1 + random() % 2; size > 0; --size) text += "a-.b\xff"[random() % 5];
    }
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> roots;
    for (auto count = 1 + random() % 6; count > 0; --count) roots.push_back(path());
    RootSet set(roots);
    for (int i = 0; i < 20; ++i) {
      std::string asked = path();
      Standing expected = Standing::kOutside;
      for (const std::string& root : roots) {
        if (IsWithin(root, asked) && expected == Standing::kOutside) expected = Standing::kAbove;
        if (IsWithin(asked, root)) expected = Standing::kInside;
      }
      ASSERT_EQ(set.StandingOf(asked), expected) << asked;
    }
  }
}

}  // namespace
}  // namespace vexevt
