#include "lib/sketch/bucket_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "lib/base/random.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kWindow = 40;

// What the header says, of all indices at once.
struct Expected {
  explicit Expected(const std::vector<std::int32_t>& indices) {
    if (indices.empty()) return;
    const std::int32_t floor =
        *std::max_element(indices.begin(), indices.end()) - static_cast<std::int32_t>(kWindow) + 1;
    for (const std::int32_t index : indices) {
      ++counts[std::max(index, floor)];
      collapsed += index < floor;
    }
  }
  std::map<std::int32_t, std::uint64_t> counts;
  std::uint64_t collapsed = 0;
};

void ExpectHolds(const BucketCounts& buckets, const std::vector<std::int32_t>& indices) {
  const Expected expected(indices);
  std::map<std::int32_t, std::uint64_t> counts;
  for (std::size_t at = 0; at < buckets.counts().size(); ++at) {
    if (buckets.counts()[at] != 0) counts[buckets.begin() + static_cast<std::int32_t>(at)] = buckets.counts()[at];
  }
  ASSERT_EQ(counts, expected.counts);
  ASSERT_EQ(buckets.collapsed(), expected.collapsed);
  ASSERT_EQ(buckets.total(), indices.size());
  ASSERT_LE(buckets.counts().size(), kWindow);
}

std::vector<std::int32_t> AnyIndices(Random& random) {
  const std::uint32_t spread = 1u << random.Below(9);
  const auto middle = static_cast<std::int32_t>(random.Below(300)) - 150;
  std::vector<std::int32_t> indices(random.Below(30));
  for (std::int32_t& index : indices) index = middle + static_cast<std::int32_t>(random.Below(spread));
  return indices;
}

TEST(BucketCounts, TheWindowEndsWithTheHighest) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    BucketCounts buckets(kWindow);
    const std::vector<std::int32_t> indices = AnyIndices(random);
    for (std::size_t at = 0; at < indices.size(); ++at) {
      buckets.Add(indices[at], 1);
      ExpectHolds(buckets, {indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(at) + 1});
    }
  }
}

TEST(BucketCounts, MergedIsAsOneRun) {
  Random random(2);
  for (int round = 0; round < 2000; ++round) {
    BucketCounts a(kWindow), b(kWindow);
    std::vector<std::int32_t> all = AnyIndices(random);
    for (const std::int32_t index : all) a.Add(index, 1);
    for (const std::int32_t index : AnyIndices(random)) {
      b.Add(index, 1);
      all.push_back(index);
    }
    a.Merge(b);
    ExpectHolds(a, all);
  }
}

TEST(BucketCounts, ClearedOrLoadedItGoesOnAsNew) {
  Random random(3);
  BucketCounts buckets(kWindow), loaded(kWindow);
  for (int round = 0; round < 2000; ++round) {
    buckets.Clear();
    const std::vector<std::int32_t> indices = AnyIndices(random);
    for (std::size_t at = 0; at < indices.size() / 2; ++at) buckets.Add(indices[at], 1);
    const std::string bytes = SavedSketch(buckets);
    Unpacker unpacker(bytes);
    ASSERT_TRUE(loaded.Load(&unpacker) && unpacker.done());
    ASSERT_EQ(SavedSketch(loaded), bytes);
    for (std::size_t at = indices.size() / 2; at < indices.size(); ++at) {
      buckets.Add(indices[at], 1);
      loaded.Add(indices[at], 1);
    }
    ExpectHolds(buckets, indices);
    ExpectHolds(loaded, indices);
  }
}

TEST(BucketCounts, CountsStayAtTheLargestNumber) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  BucketCounts buckets(2);
  buckets.Add(0, kMost);
  buckets.Add(0, 5);
  buckets.Add(-1, 5);
  EXPECT_EQ(buckets.total(), kMost);
  buckets.Add(1, 1);
  EXPECT_EQ(buckets.collapsed(), 5u);
  buckets.Add(3, 1);
  EXPECT_EQ(buckets.collapsed(), kMost);
}

}  // namespace
}  // namespace vexevt
