#include "lib/series/forecaster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "lib/series/backtest.h"
#include "lib/series/testing/rows.h"

namespace vexevt {
namespace {

using Source = std::function<double(double x, Noise& noise)>;

double Level(double, Noise& noise) { return 100 + 5 * noise(); }
double Line(double x, Noise& noise) { return 3 * x + 5 * noise(); }
double Season(double x, Noise& noise) { return 100 + 30 * std::sin(x * 2 * std::numbers::pi / 12) + 5 * noise(); }
double Skewed(double, Noise& noise) { return std::exp(noise()); }
double Shift(double x, Noise& noise) { return (x < 300 ? 10 : 200) + 5 * noise(); }
double Wider(double x, Noise& noise) { return (x < 300 ? 1 : 4) * noise(); }
Source Walk() {
  return [at = 0.0](double, Noise& noise) mutable { return at += noise(); };
}

BacktestScore ScoreOf(const ForecastPlan& plan, Source source, std::uint64_t seed, int size = 600) {
  Forecaster forecaster(plan);
  Backtest backtest(plan);
  Noise noise(seed);
  for (int x = 0; x < size; ++x) {
    const double value = source(x, noise);
    forecaster.Update(value);
    backtest.See(forecaster, value);
  }
  return backtest.Score();
}

// The intervals hold what they say, of models that fit the row and of those that don't.
void ExpectShares(const ForecastPlan& plan, int seeds) {
  const std::pair<const char*, Source> sources[] = {{"level", Level},   {"line", Line},   {"season", Season},
                                                    {"skewed", Skewed}, {"shift", Shift}, {"wider", Wider},
                                                    {"walk", Walk()}};
  for (const auto& [name, source] : sources) {
    double within_80 = 0, within_95 = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
      const BacktestScore score = ScoreOf(plan, source, static_cast<std::uint64_t>(seed));
      within_80 += score.coverage[0] / seeds;
      within_95 += score.coverage[1] / seeds;
    }
    EXPECT_NEAR(within_80, 0.80, 0.04) << name;
    EXPECT_NEAR(within_95, 0.95, 0.03) << name;
  }
}

TEST(Forecaster, IntervalsHoldTheSharesThatTheySay) {
  ExpectShares({.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {1}}, 8);
}
TEST(Forecaster, IntervalsOfSeveralStepsHoldThemToo) {
  ExpectShares({.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {8}}, 8);
}
TEST(Forecaster, IntervalsOfSumsHoldThemToo) {
  ExpectShares({.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {4}, .adds_up = true}, 5);
}
TEST(Forecaster, IntervalsOfTrendsHoldThemToo) {
  ExpectShares({.method = ForecastMethod::kTrend, .season = 0, .horizons = {1}}, 2);
}

TEST(Forecaster, IsBetterThanNaiveWhereThereIsSomethingToLearn) {
  const ForecastPlan plan{.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {6}};
  EXPECT_LT(ScoreOf(plan, Level, 1).mase, 0.8);
  EXPECT_LT(ScoreOf(plan, Line, 1).mase, 0.5);
  const BacktestScore season = ScoreOf(plan, Season, 1);
  EXPECT_LT(season.mase, 0.3);
  EXPECT_LT(season.seasonal_mase, 0.9);
  EXPECT_NEAR(ScoreOf(plan, Walk(), 1).mase, 1, 0.15);
}

TEST(Forecaster, TheSeasonIsFoundOrGiven) {
  for (const std::uint32_t season : {0u, 12u}) {
    const ForecastPlan plan{.method = ForecastMethod::kHoltWinters, .season = season, .horizons = {1}};
    Forecaster forecaster(plan);
    Noise noise(1);
    for (int x = 0; x < 200; ++x) forecaster.Update(Season(x, noise));
    EXPECT_EQ(forecaster.season(), 12u);
    EXPECT_NEAR(forecaster.Path(7).back(), 100 + 30 * std::sin(206 * 2 * std::numbers::pi / 12), 5);
  }
}

TEST(Forecaster, SaysNothingBeforeThereAreValues) {
  const ForecastPlan plan{.method = ForecastMethod::kTrend, .season = 0, .horizons = {1}};
  Forecaster forecaster(plan);
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(std::isnan(forecaster.Path(1).back()));
    EXPECT_TRUE(std::isinf(forecaster.MarginAt(Coverage::k80, 1)));
    forecaster.Update(i);
  }
  forecaster.Update(7);
  EXPECT_DOUBLE_EQ(forecaster.Path(1).back(), 8);
  for (int i = 8; i < 12; ++i) forecaster.Update(i);
  EXPECT_NEAR(forecaster.MarginAt(Coverage::k80, 1), 0, 1e-9);
  EXPECT_TRUE(std::isinf(forecaster.MarginAt(Coverage::k95, 1)));
}

TEST(Forecaster, MarginsGrowBeyondTheLastHorizonAndLieBetweenTwo) {
  const ForecastPlan plan{.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {1, 4, 16}};
  Forecaster forecaster(plan);
  Noise noise(1);
  double at = 0;
  for (int i = 0; i < 300; ++i) forecaster.Update(at += noise());
  const auto margin = [&](std::uint32_t ahead) { return forecaster.MarginAt(Coverage::k80, ahead); };
  EXPECT_GT(margin(4), margin(1));
  EXPECT_DOUBLE_EQ(margin(10), (margin(4) + margin(16)) / 2);
  EXPECT_DOUBLE_EQ(margin(64), 4 * margin(16));
}

TEST(Forecaster, SumsGoOn) {
  for (const ForecastMethod method : {ForecastMethod::kHoltWinters, ForecastMethod::kTrend}) {
    const ForecastPlan plan{.method = method, .season = 0, .horizons = {1, 10}, .adds_up = true};
    Forecaster forecaster(plan);
    Noise noise(1);
    double sum = 0;
    for (int i = 0; i < 300; ++i) {
      const double value = i % 10 == 9 ? std::nan("") : 100 + 10 * noise();
      if (i % 10 != 9) sum += value;
      forecaster.Update(value);
    }
    EXPECT_DOUBLE_EQ(forecaster.now(), sum);
    EXPECT_NEAR(forecaster.Path(50).back(), sum + 50 * 100, 600);
    EXPECT_LT(forecaster.MarginAt(Coverage::k95, 10), 300);
  }
}

TEST(Forecaster, BearsAnyValues) {
  for (const ForecastMethod method : {ForecastMethod::kHoltWinters, ForecastMethod::kTrend}) {
    const ForecastPlan plan{.method = method, .season = 3, .horizons = {2, 5}};
    Forecaster forecaster(plan);
    constexpr double kExtremes[] = {1e308, -1e308, std::numeric_limits<double>::infinity(), -5, 0, std::nan("")};
    Random random(1);
    for (int i = 0; i < 2000; ++i) forecaster.Update(kExtremes[random.Below(6)]);
    EXPECT_TRUE(std::isfinite(forecaster.Path(1000).back()));
    EXPECT_GE(forecaster.MarginAt(Coverage::k95, 1000), 0);
    Forecaster missing(plan);
    for (int i = 0; i < 100; ++i) missing.Update(std::nan(""));
    EXPECT_TRUE(std::isnan(missing.Path(1).back()));
  }
}

TEST(Forecaster, ASavedOneGoesOnTheSame) {
  for (const ForecastMethod method : {ForecastMethod::kHoltWinters, ForecastMethod::kTrend}) {
    const ForecastPlan plan{.method = method, .season = 0, .horizons = {1, 4}};
    Forecaster forecaster(plan), loaded(plan);
    Noise noise(1);
    for (int i = 0; i < 1000; ++i) forecaster.Update(Season(i, noise));
    Packer packer;
    forecaster.Save(&packer);
    Unpacker unpacker(packer.bytes());
    ASSERT_TRUE(loaded.Load(&unpacker));
    ASSERT_TRUE(unpacker.done());
    for (int i = 1000; i < 1200; ++i) {
      EXPECT_EQ(forecaster.Path(9), loaded.Path(9));
      EXPECT_EQ(forecaster.MarginAt(Coverage::k95, 9), loaded.MarginAt(Coverage::k95, 9));
      const double next = Season(i, noise);
      forecaster.Update(next);
      loaded.Update(next);
    }
  }
}

TEST(Forecaster, DamagedBytesAreRefusedOrBorne) {
  const ForecastPlan plan{.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {1, 4}};
  Forecaster forecaster(plan);
  for (int i = 0; i < 60; ++i) forecaster.Update(i % 5);
  Packer packer;
  forecaster.Save(&packer);
  const std::string& bytes = packer.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Unpacker unpacker(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(Forecaster(plan).Load(&unpacker)) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    Unpacker unpacker(damaged);
    Forecaster loaded(plan);
    if (!loaded.Load(&unpacker)) continue;
    for (int i = 0; i < 10; ++i) loaded.Update(i);
    EXPECT_FALSE(std::isinf(loaded.Path(3).back())) << at;
  }
}

TEST(Backtest, CountsNothingOfAnEmptyRow) {
  const ForecastPlan plan{.method = ForecastMethod::kHoltWinters, .season = 0, .horizons = {3}};
  const BacktestScore score = Backtest(plan).Score();
  EXPECT_EQ(score.forecasts, 0u);
  EXPECT_TRUE(std::isnan(score.mase));
  EXPECT_TRUE(std::isnan(score.coverage[0]));
}

}  // namespace
}  // namespace vexevt
