#include "lib/series/holt_winters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "lib/series/testing/rows.h"

namespace vexevt {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(HoltWinters, AConstantIsForecastToStay) {
  const HoltWinters model = HoltWinters::Fit(Row(50, [](double) { return 7; }), 0);
  EXPECT_DOUBLE_EQ(model.Predict(1), 7);
  EXPECT_DOUBLE_EQ(model.Predict(1000), 7);
  EXPECT_NEAR(model.ErrorScale(), 0, 1e-12);
}

TEST(HoltWinters, ALineGoesOn) {
  const HoltWinters model = HoltWinters::Fit(Row(40, [](double x) { return 100 - 3 * x; }), 0);
  EXPECT_EQ(model.weights().phi, 1);
  EXPECT_NEAR(model.Predict(1), 100 - 3 * 40, 1e-9);
  EXPECT_NEAR(model.Predict(60), 100 - 3 * 99, 1e-6);
}

TEST(HoltWinters, ASeasonComesAgain) {
  const auto value = [](double x) { return 50 + 2 * x + 20 * std::sin(x * 2 * std::numbers::pi / 12); };
  const HoltWinters model = HoltWinters::Fit(Row(60, value), 12);
  EXPECT_EQ(model.season(), 12u);
  for (std::uint32_t ahead = 1; ahead <= 36; ++ahead) EXPECT_NEAR(model.Predict(ahead), value(59 + ahead), 1e-6);
}

TEST(HoltWinters, ATrendThatFadesIsForecastToFade) {
  const auto value = [](double x) { return 200 * (1 - std::pow(0.9, x)); };
  const HoltWinters model = HoltWinters::Fit(Row(40, value), 0);
  EXPECT_LT(model.weights().phi, 1);
  EXPECT_GT(model.weights().phi, 0);
  EXPECT_NEAR(model.Predict(50), 200, 5);
}

// Noise around a level has no trend: a forecast far ahead stays at the level.
TEST(HoltWinters, NoiseHasNoTrend) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Noise noise(seed);
    const HoltWinters model = HoltWinters::Fit(Row(200, [&](double) { return 1000 + 10 * noise(); }), 0);
    EXPECT_NEAR(model.Predict(100), 1000, 60) << seed;
    EXPECT_NEAR(model.ErrorScale(), 10, 3) << seed;
  }
}

TEST(HoltWinters, ALevelShiftIsLearnt) {
  Noise noise(1);
  HoltWinters model = HoltWinters::Fit(Row(100, [&](double) { return 10 + noise(); }), 0);
  for (int i = 0; i < 100; ++i) model.Update(50 + noise());
  EXPECT_NEAR(model.Predict(), 50, 2);
}

TEST(HoltWinters, WithoutASeasonInItAHistoryHasNone) {
  EXPECT_EQ(HoltWinters::Fit(Row(23, [](double x) { return x; }), 12).season(), 0u);
  EXPECT_EQ(HoltWinters::Fit(Row(24, [](double x) { return x; }), 12).season(), 12u);
}

TEST(HoltWinters, BearsAnyHistory) {
  EXPECT_EQ(HoltWinters::Fit({}, 0).Predict(), 0);
  EXPECT_EQ(HoltWinters::Fit(std::vector<double>{5}, 12).Predict(3), 5);
  EXPECT_EQ(HoltWinters::Fit(std::vector<double>(30, kNan), 2).Predict(), 0);
  for (const double extreme : {1e308, -1e308, kInfinity, -kInfinity, 1e-310}) {
    HoltWinters model = HoltWinters::Fit(
        Row(40,
            [&](double x) { return static_cast<int>(x) % 7 == 3   ? extreme
                                   : static_cast<int>(x) % 5 == 0 ? kNan
                                                                  : x; }),
        6);
    for (int i = 0; i < 100; ++i) model.Update(i % 2 == 0 ? extreme : -extreme);
    EXPECT_TRUE(std::isfinite(model.Predict(4'000'000'000))) << extreme;
    EXPECT_TRUE(std::isfinite(model.ErrorScale())) << extreme;
  }
}

TEST(HoltWinters, MissingValuesLeaveTheLine) {
  HoltWinters model =
      HoltWinters::Fit(Row(40, [](double x) { return static_cast<int>(x) % 4 == 1 ? kNan : 5 * x; }), 0);
  for (int i = 0; i < 10; ++i) model.Update(kNan);
  EXPECT_NEAR(model.Predict(), 5 * 50, 1);
}

TEST(HoltWinters, ASavedOneGoesOnTheSame) {
  Noise noise(3);
  const auto value = [&](double x) { return 10 * (static_cast<int>(x) % 6) + noise(); };
  HoltWinters model = HoltWinters::Fit(Row(40, value), 6), loaded;
  Packer packer;
  model.Save(&packer);
  Unpacker unpacker(packer.bytes());
  ASSERT_TRUE(loaded.Load(&unpacker));
  ASSERT_TRUE(unpacker.done());
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(model.Predict(7), loaded.Predict(7));
    EXPECT_EQ(model.ErrorScale(), loaded.ErrorScale());
    const double next = value(i);
    model.Update(next);
    loaded.Update(next);
  }
}

TEST(HoltWinters, DamagedBytesAreRefused) {
  const HoltWinters model = HoltWinters::Fit(Row(40, [](double x) { return static_cast<int>(x) % 6; }), 6);
  Packer packer;
  model.Save(&packer);
  for (std::size_t size = 0; size < packer.bytes().size(); ++size) {
    Unpacker unpacker(std::string_view(packer.bytes()).substr(0, size));
    EXPECT_FALSE(HoltWinters().Load(&unpacker)) << size;
  }
  for (std::size_t at = 0; at < packer.bytes().size(); ++at) {
    std::string bytes = packer.bytes();
    bytes[at] = static_cast<char>(bytes[at] ^ 0xff);
    Unpacker unpacker(bytes);
    HoltWinters loaded;
    if (loaded.Load(&unpacker)) {
      loaded.Update(1);
      EXPECT_TRUE(std::isfinite(loaded.Predict(100))) << at;
    }
  }
}

}  // namespace
}  // namespace vexevt
