#include "lib/capture/watch_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using ::testing::UnorderedElementsAre;

std::string PathOf(const WatchTree& tree, WatchTree::Node node) {
  std::string path;
  tree.AppendPath(node, &path);
  return path;
}

TEST(WatchTreeTest, PathsFollowRenamesOfWhatIsAbove) {
  WatchTree tree;
  auto root = tree.AddRoot("/srv", 1, 5);
  auto a = tree.Add(root, "a", 2, 5), b = tree.Add(a, "b", 3, 5), c = tree.Add(b, "c", 4, 5);
  auto d = tree.Add(root, "d", 5, 5);
  EXPECT_EQ(PathOf(tree, c), "/srv/a/b/c");
  tree.Move(b, d, "new\nname");
  EXPECT_EQ(PathOf(tree, c), "/srv/d/new\nname/c");
  EXPECT_EQ(tree.FindChild(a, "b"), WatchTree::kNone);
  EXPECT_EQ(tree.FindChild(d, "new\nname"), b);
  EXPECT_TRUE(tree.IsBelow(c, d));
  EXPECT_FALSE(tree.IsBelow(c, a));
  EXPECT_EQ(tree.FindWatch(4), c);
}

TEST(WatchTreeTest, TheRootDirectory) {
  WatchTree tree;
  auto root = tree.AddRoot("", 1, 5);
  EXPECT_EQ(PathOf(tree, tree.Add(root, "etc", 2, 5)), "/etc");
}

TEST(WatchTreeTest, RemovesWhatIsBelow) {
  WatchTree tree;
  auto root = tree.AddRoot("/srv", 1, 5);
  auto a = tree.Add(root, "a", 2, 5), b = tree.Add(a, "b", 3, 5);
  tree.Add(a, "c", 4, 5);
  auto d = tree.Add(root, "d", 6, 5);
  std::vector<int> watches;
  tree.Remove(a, &watches);
  EXPECT_THAT(watches, UnorderedElementsAre(2, 3, 4));
  EXPECT_EQ(tree.size(), 2u);
  EXPECT_EQ(tree.FindWatch(3), WatchTree::kNone);
  EXPECT_EQ(tree.FindChild(root, "a"), WatchTree::kNone);
  EXPECT_THAT(tree.Children(root), UnorderedElementsAre(d));
  auto again = tree.Add(root, "a", 7, 5);
  EXPECT_EQ(PathOf(tree, again), "/srv/a");
  EXPECT_EQ(tree.FindChild(again, "b"), WatchTree::kNone) << b;
}

TEST(WatchTreeTest, DetachedNodesKeepTheirPathUntilNamedAgain) {
  WatchTree tree;
  auto root = tree.AddRoot("/srv", 1, 5);
  auto a = tree.Add(root, "a", 2, 5), b = tree.Add(root, "b", 3, 5), below = tree.Add(b, "x", 4, 5);
  tree.Detach(b);
  EXPECT_EQ(PathOf(tree, below), "/srv/b/x");
  tree.Move(a, root, "b");
  EXPECT_EQ(tree.FindChild(root, "b"), a);
  tree.Move(b, root, "a");
  EXPECT_EQ(PathOf(tree, below), "/srv/a/x");
  EXPECT_EQ(tree.parent(b), root);
}

}  // namespace
}  // namespace vexevt
