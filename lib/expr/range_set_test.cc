#include "lib/expr/range_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace vexevt {
namespace {

using testing::ElementsAre;
constexpr std::uint64_t kMax = ~std::uint64_t{0};

TEST(RangeSetTest, SortsAndJoinsWhatTouches) {
  EXPECT_THAT(RangeSet({{7, 9}, {1, 2}, {3, 3}, {8, 20}}).ranges(), ElementsAre(Range{1, 3}, Range{7, 20}));
  EXPECT_THAT(RangeSet({{0, kMax}, {5, 6}}).ranges(), ElementsAre(Range{0, kMax}));
  EXPECT_THAT(RangeSet({{kMax, kMax}, {0, 0}}).ranges(), ElementsAre(Range{0, 0}, Range{kMax, kMax}));
}

TEST(RangeSetTest, ComplementAtTheEnds) {
  EXPECT_THAT(Complement(RangeSet(), 9).ranges(), ElementsAre(Range{0, 9}));
  EXPECT_TRUE(Complement(RangeSet({0, kMax}), kMax).empty());
  EXPECT_THAT(Complement(RangeSet({0, 4}), 9).ranges(), ElementsAre(Range{5, 9}));
  EXPECT_THAT(Complement(RangeSet({kMax, kMax}), kMax).ranges(), ElementsAre(Range{0, kMax - 1}));
  EXPECT_THAT(Complement(RangeSet({20, 30}), 9).ranges(), ElementsAre(Range{0, 9}));
}

// Every pair of sets over 0 … 5, against bit sets.
TEST(RangeSetTest, AgreesWithSetsOfNumbers) {
  auto from_bits = [](unsigned bits) {
    std::vector<Range> ranges;
    for (unsigned i = 0; i < 6; ++i) {
      if (bits >> i & 1) ranges.push_back({i, i});
    }
    return RangeSet(ranges);
  };
  for (unsigned a = 0; a < 64; ++a) {
    EXPECT_EQ(Complement(from_bits(a), 5), from_bits(~a & 63));
    for (unsigned b = 0; b < 64; ++b) {
      EXPECT_EQ(Union(from_bits(a), from_bits(b)), from_bits(a | b));
      EXPECT_EQ(Intersection(from_bits(a), from_bits(b)), from_bits(a & b));
    }
    for (unsigned i = 0; i < 8; ++i) EXPECT_EQ(from_bits(a).Contains(i), (a >> i & 1) != 0);
  }
}

}  // namespace
}  // namespace vexevt
