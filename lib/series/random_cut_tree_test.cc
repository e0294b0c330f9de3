#include "lib/series/random_cut_tree.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace vexevt {
namespace {

using Point = std::array<float, 2>;

float See(const Point& point, bool add, Random* random, RandomCutTree* tree) {
  RandomCutTree::Place place = tree->Begin();
  while (tree->Step(point, random, &place)) {
  }
  if (add) tree->Add(point, place, random);
  return place.displaced;
}

// Within a unit square; many coordinates are equal.
Point Draw(Random* random) {
  return {static_cast<float>(random->Below(8)) / 8, static_cast<float>(random->Below(1'000)) / 1'000};
}

// A tree that Load takes is one whose boxes, counts and cuts agree.
void ExpectSound(const RandomCutTree& tree) {
  Packer packer;
  tree.Save(&packer);
  const std::string saved = packer.Take();
  Unpacker unpacker(saved);
  RandomCutTree loaded(2);
  ASSERT_TRUE(loaded.Load(&unpacker));
  EXPECT_EQ(loaded.points(), tree.points());
  Packer again;
  loaded.Save(&again);
  EXPECT_EQ(again.bytes(), saved);
}

TEST(RandomCutTree, StaysSoundWhilePointsComeAndGo) {
  Random random(1);
  RandomCutTree tree(2);
  ExpectSound(tree);
  for (std::uint32_t i = 1; i <= 500; ++i) {
    See(Draw(&random), true, &random, &tree);
    ASSERT_EQ(tree.points(), std::min(i, RandomCutTree::kMostPoints));
    ExpectSound(tree);
  }
}

TEST(RandomCutTree, APointThatLiesApartDisplacesMore) {
  Random random(2);
  double near = 0, far = 0;
  for (int i = 0; i < 50; ++i) {
    RandomCutTree tree(2);
    for (std::uint32_t n = 0; n < RandomCutTree::kMostPoints; ++n) See(Draw(&random), true, &random, &tree);
    near += double{See({0.5F, 0.5F}, false, &random, &tree)} / 50;
    far += double{See({9, 9}, false, &random, &tree)} / 50;
  }
  EXPECT_GT(far, 0.8 * RandomCutTree::kMostPoints);
  EXPECT_LT(near, 0.2 * RandomCutTree::kMostPoints);
}

TEST(RandomCutTree, KeepsEqualPointsTogether) {
  Random random(3);
  RandomCutTree tree(2);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(See({1, 1}, true, &random, &tree), 0);
  EXPECT_EQ(See({2, 1}, false, &random, &tree), RandomCutTree::kMostPoints);
  ExpectSound(tree);
}

}  // namespace
}  // namespace vexevt
