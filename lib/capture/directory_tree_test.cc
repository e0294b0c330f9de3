#include "lib/capture/directory_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "lib/capture/testing/fanotify_bytes.h"

namespace vexevt {
namespace {

using Id = DirectoryTree::Id;

TEST(DirectoryTreeTest, ARenameMovesAllBelow) {
  DirectoryTree tree(RootSet({}), 100);
  Id top = tree.AddTop(Ext4Key(2), "/");
  Id a = tree.Place(Ext4Key(10), top, "a");
  Id b = tree.Place(Ext4Key(11), a, "b");
  EXPECT_EQ(tree.Path(top), "/");
  EXPECT_EQ(tree.Path(b), "/a/b");
  EXPECT_EQ(tree.Place(Ext4Key(10), top, "x"), a);
  EXPECT_EQ(tree.Path(b), "/x/b");
  EXPECT_EQ(tree.Place(Ext4Key(11), top, "y"), b);
  EXPECT_EQ(tree.Path(b), "/y");
  EXPECT_EQ(tree.Find(Ext4Key(11)), b);
  EXPECT_EQ(tree.Find(Ext4Key(11, 1)), DirectoryTree::kNone) << "another generation is another directory";
}

TEST(DirectoryTreeTest, StandingFollowsThePath) {
  DirectoryTree tree(RootSet({"/srv/in", "/srv/file"}), 100);
  Id top = tree.AddTop(Ext4Key(2), "/");
  Id srv = tree.Place(Ext4Key(3), top, "srv");
  Id in = tree.Place(Ext4Key(4), srv, "in");
  Id deep = tree.Place(Ext4Key(5), in, "deep");
  Id out = tree.Place(Ext4Key(6), srv, "inner");
  EXPECT_EQ(tree.StandingOf(top), Standing::kAbove);
  EXPECT_EQ(tree.StandingOf(srv), Standing::kAbove);
  EXPECT_EQ(tree.StandingOf(in), Standing::kInside);
  EXPECT_EQ(tree.StandingOf(deep), Standing::kInside);
  EXPECT_EQ(tree.StandingOf(out), Standing::kOutside);
  tree.Place(Ext4Key(5), out, "deep");
  EXPECT_EQ(tree.StandingOf(deep), Standing::kOutside);
  EXPECT_EQ(tree.StandingOf(tree.AddTop(Ext4Key(7), "?")), Standing::kInside) << "of the unknown nothing is lost";
  EXPECT_EQ(tree.StandingOf(tree.AddUnreachable(Ext4Key(8))), Standing::kOutside);
}

TEST(DirectoryTreeTest, NeverACircle) {
  DirectoryTree tree(RootSet({}), 100);
  Id top = tree.AddTop(Ext4Key(2), "/");
  Id a = tree.Place(Ext4Key(10), top, "a");
  Id b = tree.Place(Ext4Key(11), a, "b");
  tree.Place(Ext4Key(10), b, "a");
  tree.Place(Ext4Key(10), a, "a");
  EXPECT_EQ(tree.Path(b), "/a/b");
}

TEST(DirectoryTreeTest, ForgetsWhatWasUsedLeastButNoParents) {
  DirectoryTree tree(RootSet({}), 5);
  Id top = tree.AddTop(Ext4Key(2), "/");
  Id a = tree.Place(Ext4Key(10), top, "a");
  Id b = tree.Place(Ext4Key(11), a, "b");
  tree.Place(Ext4Key(12), top, "c");
  tree.Place(Ext4Key(13), top, "d");
  tree.Find(Ext4Key(12));
  tree.Find(Ext4Key(11));
  tree.Place(Ext4Key(14), b, "e");
  EXPECT_EQ(tree.size(), 5U);
  EXPECT_EQ(tree.Find(Ext4Key(13)), DirectoryTree::kNone);
  EXPECT_EQ(tree.Path(tree.Find(Ext4Key(14))), "/a/b/e");
  EXPECT_NE(tree.Find(Ext4Key(12)), DirectoryTree::kNone);
}

TEST(DirectoryTreeTest, DeeperThanAnyStackAndLongerThanAnyPath) {
  DirectoryTree tree(RootSet({}), 300'000);
  Id at = tree.AddTop(Ext4Key(2), "/");
  for (std::uint32_t i = 0; i < 200'000; ++i) at = tree.Place(Ext4Key(10 + i), at, "d");
  EXPECT_TRUE(tree.Path(at).starts_with("?/d"));
  EXPECT_LT(tree.Path(at).size(), DirectoryTree::kMaxPathBytes);
  tree.Clear();
  EXPECT_EQ(tree.size(), 0U);
  EXPECT_EQ(tree.Find(Ext4Key(2)), DirectoryTree::kNone);
}

// Against a map from directory to parent and name, through random makes, moves and finds, with room for all.
TEST(DirectoryTreeTest, AgreesWithAPlainMap) {
  std::mt19937 random(7);
  DirectoryTree tree(RootSet({}), 1000);
  struct Place {
    std::uint32_t parent;
    std::string name;
  };
  std::map<std::uint32_t, Place> places;
  std::map<std::uint32_t, Id> ids = {{2, tree.AddTop(Ext4Key(2), "/m")}};
  auto path = [&](std::uint32_t key) {
    std::string text;
    for (; key != 2; key = places[key].parent) text = "/" + places[key].name + text;
    return "/m" + text;
  };
  auto below = [&](std::uint32_t key, std::uint32_t above) {
    for (; key != 2; key = places[key].parent) {
      if (key == above) return true;
    }
    return false;
  };
  for (std::uint32_t step = 0; step < 20'000; ++step) {
    std::uint32_t key = 10 + static_cast<std::uint32_t>(random() % 500);
    std::uint32_t parent = random() % 4 == 0 ? 2 : 10 + static_cast<std::uint32_t>(random() % 500);
    bool known = parent == 2 || places.contains(parent);
    if (known && parent != key && !(places.contains(key) && below(parent, key))) {
      std::string name = "n" + std::to_string(step);
      places[key] = {parent, name};
      ids[key] = tree.Place(Ext4Key(key), ids[parent], name);
    }
    auto at = ids.lower_bound(10 + static_cast<std::uint32_t>(random() % 500));
    if (at == ids.end()) continue;
    ASSERT_EQ(tree.Find(Ext4Key(at->first)), at->second);
    ASSERT_EQ(tree.Path(at->second), path(at->first)) << "step " << step;
  }
}

}  // namespace
}  // namespace vexevt
