#include "lib/sketch/narrow_counts.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

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

TEST(NarrowCounts, AddsAllOfAnother) {
  constexpr std::uint64_t kLargest = ~std::uint64_t{0};
  const auto sum = [](const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    NarrowCounts counts(a.size()), others(b.size());
    for (std::size_t at = 0; at < a.size(); ++at) counts.Add(at, a[at]);
    for (std::size_t at = 0; at < b.size(); ++at) others.Add(at, b[at]);
    counts.AddAll(others);
    std::vector<std::uint64_t> all;
    for (std::size_t at = 0; at < counts.size(); ++at) all.push_back(counts[at]);
    return std::pair(all, counts.allocated());
  };
  using Row = std::vector<std::uint64_t>;
  EXPECT_EQ(sum({1, 65'000}, {2, 535}), std::pair(Row({3, 65'535}), std::size_t{4}));
  EXPECT_EQ(sum({1, 65'000}, {2, 536}), std::pair(Row({3, 65'536}), std::size_t{16}));
  EXPECT_EQ(sum({1, 65'536}, {2, 1}), std::pair(Row({3, 65'537}), std::size_t{16}));
  EXPECT_EQ(sum({1, 5}, {2, kLargest}), std::pair(Row({3, kLargest}), std::size_t{16}));
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
