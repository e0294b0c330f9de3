#include "lib/sketch/count_min.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/random.h"
#include "lib/sketch/item_hash.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

using Counts = std::unordered_map<std::uint64_t, std::uint64_t>;  // by value

CountMin SketchOf(const std::vector<std::uint64_t>& values) {
  CountMin sketch;
  for (const std::uint64_t value : values) sketch.Add(ItemHash(value));
  return sketch;
}

// Uniform, Zipf's, few heavy values among many that come once, and each value as often as any other.
std::vector<std::vector<std::uint64_t>> HardValues(std::uint64_t seed) {
  std::vector<std::vector<std::uint64_t>> streams(4);
  Random random(seed);
  for (int i = 0; i < 60'000; ++i) streams[0].push_back(random.Below(20'000));
  streams[1] = ZipfDraws(60'000, 50'000, 1.1, seed);
  for (std::uint64_t i = 0; i < 60'000; ++i) streams[2].push_back(i % 2 == 0 ? i % 16 : seed << 32 | i);
  for (std::uint64_t i = 0; i < 60'000; ++i) streams[3].push_back(seed << 32 | i % 12'000);
  return streams;
}

// The chance is of each value that is asked for, seen or not. The seeds are fixed, so it holds or it doesn't.
TEST(CountMin, AnEstimateIsNeverTooLowAndRarelyTooHighByMoreThanTheBound) {
  const double stated = std::exp(-static_cast<double>(CountMin::kDepth));
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (const std::vector<std::uint64_t>& values : HardValues(seed)) {
      const CountMin sketch = SketchOf(values);
      Counts exact;
      for (const std::uint64_t value : values) ++exact[value];
      for (std::uint64_t i = 0; i < 1000; ++i) exact[std::uint64_t{1} << 60 | i];  // never seen
      ASSERT_FALSE(sketch.exact());
      ASSERT_EQ(sketch.total(), values.size());
      ASSERT_EQ(sketch.ErrorBound(), 39u);  // 60,000 * e / 4096
      std::size_t beyond = 0;
      for (const auto& [value, count] : exact) {
        const std::uint64_t estimate = sketch.Estimate(ItemHash(value));
        ASSERT_GE(estimate, count);
        beyond += estimate - count > sketch.ErrorBound();
      }
      EXPECT_LE(static_cast<double>(beyond), stated * static_cast<double>(exact.size())) << seed;
    }
  }
}

// Another value, ever so frequent, that shares all counters of a value but one.
TEST(CountMin, OneCounterThatIsNotSharedIsEnough) {
  CountMin sketch;
  for (std::uint64_t i = 0; i <= CountMin::kMostExact; ++i) sketch.Add(ItemHash(i));
  const std::uint64_t asked = ItemHash(std::uint64_t{1} << 50);
  const std::uint64_t before = sketch.Estimate(asked);
  const std::uint64_t others = ~std::uint64_t{0} << 12;
  sketch.Add((asked & others) | (~asked & ~others), 1'000'000);
  EXPECT_LE(sketch.Estimate(asked), before + 2);
  sketch.Add(asked, 5);
  EXPECT_LE(sketch.Estimate(asked), before + 7);
}

TEST(CountMin, FewValuesAreExact) {
  CountMin sketch;
  EXPECT_EQ(sketch.Estimate(ItemHash(std::uint64_t{1})), 0u);
  for (std::uint64_t n = 0; n < CountMin::kMostExact; ++n) {
    sketch.Add(ItemHash(n), n + 1);
    sketch.Add(ItemHash(n / 2));
  }
  ASSERT_TRUE(sketch.exact());
  EXPECT_EQ(sketch.ErrorBound(), 0u);
  for (std::uint64_t n = 0; n < CountMin::kMostExact; ++n) {
    const std::uint64_t again = n < CountMin::kMostExact / 2 ? 2 : 0;
    ASSERT_EQ(sketch.Estimate(ItemHash(n)), n + 1 + again) << n;
  }
  EXPECT_EQ(sketch.Estimate(ItemHash(std::uint64_t{5000})), 0u);
  sketch.Add(ItemHash(std::uint64_t{5000}));
  EXPECT_FALSE(sketch.exact());
  EXPECT_GE(sketch.Estimate(ItemHash(std::uint64_t{7})), 10u);
}

TEST(CountMin, AHashOfZeroIsAValueAsAnyOther) {
  CountMin sketch;
  sketch.Add(0, 3);
  EXPECT_EQ(sketch.Estimate(0), 3u);
  CountMin merged;
  merged.Merge(sketch);
  EXPECT_EQ(merged.Estimate(0), 3u);
}

TEST(CountMin, MergedIsAsOneRunByteForByte) {
  for (const std::size_t size : {10u, 1500u, 60'000u}) {  // exact, and of parts that are exact, and neither
    const std::vector<std::uint64_t> draws = ZipfDraws(size, 40'000, 1.05, size);
    std::vector<CountMin> parts(3);
    for (std::size_t i = 0; i < draws.size(); ++i) parts[i % 3].Add(ItemHash(draws[i]));
    const std::string one = SavedSketch(SketchOf(draws));
    for (const auto& order : {std::vector<std::size_t>{0, 1, 2}, {2, 0, 1}, {1, 2, 0}}) {
      CountMin sum;
      for (const std::size_t part : order) sum.Merge(parts[part]);
      EXPECT_EQ(SavedSketch(sum), one) << size;
    }
  }
}

TEST(CountMin, CountsStayAtTheLargestNumber) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  CountMin few;
  few.Add(1, kMost);
  few.Add(1, 2);
  EXPECT_EQ(few.Estimate(1), kMost);
  EXPECT_EQ(few.total(), kMost);
  CountMin many = SketchOf(ZipfDraws(20'000, 20'000, 0.5, 3));
  many.Merge(few);
  many.Merge(few);
  EXPECT_EQ(many.Estimate(1), kMost);
  EXPECT_EQ(many.total(), kMost);
  const std::string saved = SavedSketch(many);
  CountMin loaded;
  Unpacker unpacker(saved);
  ASSERT_TRUE(loaded.Load(&unpacker) && unpacker.done());
  EXPECT_EQ(SavedSketch(loaded), saved);
}

TEST(CountMin, RefusesBytesThatSaveDoesNotPut) {
  for (const std::size_t size : {0u, 20u, 20'000u}) {
    const std::string saved = SavedSketch(SketchOf(ZipfDraws(size, 20'000, 0.5, 7)));
    CountMin loaded;
    Unpacker whole(saved);
    EXPECT_TRUE(loaded.Load(&whole) && whole.done());
    EXPECT_EQ(SavedSketch(loaded), saved);
    for (std::size_t cut = 0; cut < saved.size(); cut += 1 + saved.size() / 50) {
      Unpacker unpacker(std::string_view(saved).substr(0, cut));
      EXPECT_FALSE(loaded.Load(&unpacker)) << cut;
      EXPECT_EQ(SavedSketch(loaded), SavedSketch(CountMin()));
    }
  }
  const auto refused = [](const Packer& packer) {
    Unpacker unpacker(packer.bytes());
    return !CountMin().Load(&unpacker);
  };
  const auto exact_of = [](std::uint64_t size, std::vector<std::pair<std::uint64_t, std::uint64_t>> slots) {
    Packer packer;
    packer.Put(std::uint8_t{1});
    packer.Put(false);
    packer.PutVarint(size);
    for (const auto& [hash, count] : slots) {
      packer.Put(hash);
      packer.PutVarint(count);
    }
    return packer;
  };
  EXPECT_FALSE(refused(exact_of(2, {{4, 1}, {5, 1}})));
  EXPECT_TRUE(refused(exact_of(2, {{5, 1}, {4, 1}}))) << "out of order";
  EXPECT_TRUE(refused(exact_of(2, {{5, 1}, {5, 1}}))) << "twice";
  EXPECT_TRUE(refused(exact_of(1, {{5, 0}}))) << "never";
  EXPECT_TRUE(refused(exact_of(CountMin::kMostExact + 1, {}))) << "too many";

  const auto counters_of = [](std::uint64_t each, std::uint64_t last) {
    Packer packer;
    packer.Put(std::uint8_t{1});
    packer.Put(true);
    for (std::size_t i = 1; i < CountMin::kWidth * CountMin::kDepth; ++i) packer.PutVarint(each);
    packer.PutVarint(last);
    return packer;
  };
  EXPECT_FALSE(refused(counters_of(1, 1)));
  EXPECT_TRUE(refused(counters_of(1, 2))) << "rows of two sums";
  EXPECT_TRUE(refused(counters_of(0, 0))) << "as few values would be kept apart";
}

}  // namespace
}  // namespace vexevt
