#include "lib/sketch/quantile_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lib/base/random.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

QuantileSketch SketchOf(const std::vector<double>& values) {
  QuantileSketch sketch;
  for (const double value : values) sketch.Add(value);
  return sketch;
}

// The error is a bound, of any input: nothing here goes by chance.
void ExpectBoundsHold(const QuantileSketch& sketch, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  for (const double q : {0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const double exact = values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    const auto [value, error] = sketch.At(q);
    ASSERT_LE(error, sketch.alpha());
    ASSERT_LE(std::abs(value - exact), error * (1 + 1e-9) * std::abs(exact)) << q << " of " << values.size();
  }
}

TEST(QuantileSketch, TheErrorHoldsOfAnyInput) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    std::vector<double> uniform, exponents, heavy_tailed, signs, whole;
    for (int i = 0; i < 20000; ++i) {
      uniform.push_back(UnitDraw(random));
      exponents.push_back(std::pow(10, 16 * UnitDraw(random) - 8));
      heavy_tailed.push_back(1 / std::pow(1 - UnitDraw(random), 2));
      signs.push_back((UnitDraw(random) - 0.3) * 1e6);
      whole.push_back(static_cast<double>(random.Below(1000)));
    }
    std::vector<double> zipf;
    for (const std::uint64_t draw : ZipfDraws(20000, 100000, 1.1, seed)) zipf.push_back(static_cast<double>(draw));
    for (std::vector<double>* values : {&uniform, &exponents, &heavy_tailed, &signs, &whole, &zipf}) {
      ExpectBoundsHold(SketchOf(*values), *values);
    }
    // Orders that make the window grow by steps, upwards, downwards and both ways.
    std::sort(signs.begin(), signs.end());
    ExpectBoundsHold(SketchOf(signs), signs);
    std::reverse(signs.begin(), signs.end());
    ExpectBoundsHold(SketchOf(signs), signs);
    std::sort(exponents.begin(), exponents.end(),
              [](double a, double b) { return std::abs(std::log(a)) < std::abs(std::log(b)); });
    ExpectBoundsHold(SketchOf(exponents), exponents);
  }
}

TEST(QuantileSketch, FewAreExact) {
  Random random(1);
  std::vector<double> values;
  for (std::size_t n = 1; n <= QuantileSketch::kExact; ++n) {
    values.push_back(UnitDraw(random) * 2e9 - 1e9);
    const QuantileSketch sketch = SketchOf(values);
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t at = 0; at < n; ++at) {
      const double q = n == 1 ? 0.5 : (static_cast<double>(at) + 0.1) / static_cast<double>(n - 1);
      if (q >= 1) continue;
      EXPECT_EQ(sketch.At(q).value, sorted[at]);
      EXPECT_EQ(sketch.At(q).relative_error, 0);
    }
  }
}

TEST(QuantileSketch, OfNothingThereIsNone) {
  QuantileSketch sketch;
  EXPECT_TRUE(std::isnan(sketch.At(0.5).value));
  sketch.Add(kNan);
  sketch.Add(kInfinity, 2);
  sketch.Add(-kInfinity);
  EXPECT_TRUE(std::isnan(sketch.At(0.5).value));
  EXPECT_EQ(sketch.count(), 0u);
  EXPECT_EQ(sketch.refused(), 4u);
  sketch.Add(7);
  EXPECT_EQ(sketch.At(0.5).value, 7);
  EXPECT_EQ(sketch.At(kNan).value, 7);
}

TEST(QuantileSketch, ZerosAndTheEndsOfDoubles) {
  QuantileSketch sketch;
  const double most = std::numeric_limits<double>::max();
  sketch.Add(-most, 100);
  sketch.Add(-0.0, 50);
  sketch.Add(std::numeric_limits<double>::denorm_min(), 50);
  sketch.Add(most, 100);
  EXPECT_EQ(sketch.count(), 300u);
  EXPECT_NEAR(sketch.At(0.2).value / -most, 1, sketch.alpha());
  EXPECT_EQ(sketch.At(0.5).value, 0);
  EXPECT_NEAR(sketch.At(0.8).value / most, 1, sketch.alpha());
  EXPECT_TRUE(std::isfinite(sketch.At(0.99).value));
  EXPECT_EQ(sketch.At(0).value, -most);
  EXPECT_EQ(sketch.At(1).value, most);
}

// With 64 buckets of 10 % the window reaches over a factor of 380,000.
TEST(QuantileSketch, BelowTheWindowItSaysSo) {
  for (const double sign : {1.0, -1.0}) {
    QuantileSketch sketch(0.1, 64);
    sketch.Add(sign * 1e-3, 100);
    sketch.Add(sign * 1e9, 300);
    EXPECT_EQ(sketch.At(sign > 0 ? 0.1 : 0.9).relative_error, kInfinity);
    const auto [value, error] = sketch.At(sign > 0 ? 0.5 : 0.1);
    EXPECT_EQ(error, 0.1);
    EXPECT_NEAR(value / (sign * 1e9), 1, 0.1);
    EXPECT_EQ(sketch.At(sign > 0 ? 0.2 : 0.8).relative_error, kInfinity);
    EXPECT_EQ(sketch.At(sign > 0 ? 0.3 : 0.7).relative_error, 0.1);
  }
}

TEST(QuantileSketch, MergedIsAsOneRunFromBothSidesOfExact) {
  for (const std::size_t first : {0u, 1u, 47u, 48u, 49u, 1000u}) {
    for (const std::size_t second : {0u, 1u, 2u, 48u, 1000u}) {
      Random random(first * 10000 + second);
      QuantileSketch a, b, all;
      for (std::size_t i = 0; i < first + second; ++i) {
        const double value = std::ldexp(UnitDraw(random) - 0.5, static_cast<int>(random.Below(100)));
        (i < first ? a : b).Add(value);
        all.Add(value);
      }
      b.Add(kNan);
      all.Add(kNan);
      a.Merge(b);
      EXPECT_EQ(SavedSketch(a), SavedSketch(all)) << first << ' ' << second;
    }
  }
}

TEST(QuantileSketch, CountsStayAtTheLargestNumber) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  QuantileSketch sketch;
  sketch.Add(1, kMost);
  sketch.Add(2, kMost);
  sketch.Add(kNan, kMost);
  sketch.Add(kNan, kMost);
  EXPECT_EQ(sketch.count(), kMost);
  EXPECT_EQ(sketch.refused(), kMost);
  EXPECT_NEAR(sketch.At(0.5).value, 1, 0.01);
  EXPECT_EQ(sketch.At(1).value, 2);
  QuantileSketch other;
  other.Add(3, kMost);
  sketch.Merge(other);
  EXPECT_EQ(sketch.count(), kMost);
  EXPECT_EQ(sketch.At(1).value, 3);
}

TEST(QuantileSketch, SteadyUseTakesNoMoreMemory) {
  QuantileSketch sketch;
  Random random(1);
  const auto add_many = [&] {
    for (int i = 0; i < 10000; ++i) sketch.Add(1 + UnitDraw(random) * 1e6);
  };
  add_many();
  sketch.Add(1);
  sketch.Add(1e6 + 1);
  const std::size_t before = sketch.allocated();
  for (int window = 0; window < 10; ++window) {
    sketch.Clear();
    add_many();
    EXPECT_EQ(sketch.allocated(), before);
  }
  EXPECT_LT(before, 8192u);
}

TEST(QuantileSketch, LoadsWhatWasSavedAndNothingElse) {
  for (const std::size_t count : {0u, 10u, 48u, 49u, 500u}) {
    QuantileSketch sketch;
    Random random(count);
    for (std::size_t i = 0; i < count; ++i) sketch.Add(UnitDraw(random) * 200 - 100);
    sketch.Add(kNan);
    const std::string bytes = SavedSketch(sketch);
    QuantileSketch loaded;
    loaded.Add(1);
    Unpacker unpacker(bytes);
    ASSERT_TRUE(loaded.Load(&unpacker) && unpacker.done());
    EXPECT_EQ(SavedSketch(loaded), bytes);
    EXPECT_EQ(loaded.count(), count);
    EXPECT_EQ(loaded.refused(), 1u);

    Unpacker for_other(bytes);
    EXPECT_FALSE(QuantileSketch(0.02).Load(&for_other));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      Unpacker of_less(std::string_view(bytes).substr(0, cut));
      ASSERT_FALSE(loaded.Load(&of_less));
      ASSERT_EQ(loaded.count(), 0u);
    }
  }
}

TEST(QuantileSketch, RefusesWhatItNeverHolds) {
  const auto loads = [](double min, double max, std::int32_t low, std::vector<std::uint64_t> counts,
                        std::uint64_t collapsed = 0) {
    Packer packer;
    packer.Put(std::uint8_t{1});
    packer.Put(QuantileSketch::kDefaultAlpha);
    packer.PutVarint(0);
    packer.Put(false);
    packer.Put(min);
    packer.Put(max);
    packer.PutVarint(0);
    packer.PutVarint(counts.size());
    packer.Put(low);
    packer.PutVarint(collapsed);
    for (const std::uint64_t count : counts) packer.PutVarint(count);
    packer.PutVarint(0);
    Unpacker unpacker(packer.bytes());
    return QuantileSketch().Load(&unpacker);
  };
  const std::int32_t one = LogBuckets(QuantileSketch::kDefaultAlpha).IndexOf(1);
  EXPECT_TRUE(loads(1, 1, one, {100}));
  EXPECT_FALSE(loads(1, 1, one, {48}));
  EXPECT_FALSE(loads(2, 1, one, {100}));
  EXPECT_FALSE(loads(-1, 1, one, {100}));
  EXPECT_FALSE(loads(1, 2, one, {100}));
  EXPECT_FALSE(loads(kNan, 1, one, {100}));
  EXPECT_FALSE(loads(1, kInfinity, one, {100}));
  EXPECT_FALSE(loads(-0.0, 1, one, {100}));
  EXPECT_FALSE(loads(1, 1, one, {100, 0}));
  EXPECT_FALSE(loads(1, 1, one - 1, {0, 100}));
  EXPECT_FALSE(loads(1, 1, one, {100}, 1));
  EXPECT_FALSE(loads(1, 1, 1 << 30, {100}));
  EXPECT_FALSE(loads(1, 1, one, std::vector<std::uint64_t>(2049, 1)));
}

}  // namespace
}  // namespace vexevt
