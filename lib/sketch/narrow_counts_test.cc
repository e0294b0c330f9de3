#include "lib/sketch/narrow_counts.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(NarrowCounts, KeepsAllWhenOneOutgrowsItsPlace) {
  NarrowCounts counts(3);
  counts.Add(0, 7);
  counts.Add(1, 65'535);
  EXPECT_EQ(counts.allocated(), 6u);
  EXPECT_EQ(counts[1], 65'535u);
  counts.Add(1, 1);
  EXPECT_EQ(counts.allocated(), 24u);
  EXPECT_EQ(counts.size(), 3u);
  EXPECT_EQ(counts[0], 7u);
  EXPECT_EQ(counts[1], 65'536u);
  EXPECT_EQ(counts[2], 0u);
  counts.Add(2, 1);
  EXPECT_EQ(counts[2], 1u);
}

TEST(NarrowCounts, StaysAtTheLargestNumber) {
  constexpr std::uint64_t kLargest = ~std::uint64_t{0};
  NarrowCounts counts(1);
  counts.Add(0, 1);
  counts.Add(0, kLargest);
  EXPECT_EQ(counts[0], kLargest);
  counts.Add(0, kLargest);
  EXPECT_EQ(counts[0], kLargest);
  counts.Clear();
  EXPECT_EQ(counts[0], 0u);
}

}  // namespace
}  // namespace vexevt
