// What a value of a row costs a forecast: 1,000 rows with a season by turns, so that no cache holds their states.
#include <benchmark/benchmark.h>

#include <numbers>

#include "lib/series/forecaster.h"
#include "lib/series/season.h"
#include "lib/series/testing/rows.h"

namespace vexevt {
namespace {

constexpr int kRows = 1000;

double SeasonalValue(double x, Noise& noise) {
  return 100 + 30 * std::sin(x * 2 * std::numbers::pi / 24) + 5 * noise();
}

void Values(benchmark::State& state, ForecastMethod method, std::vector<std::uint32_t> horizons) {
  const ForecastPlan plan{.method = method, .season = 0, .horizons = std::move(horizons)};
  std::vector<Forecaster> rows(kRows, Forecaster(plan));
  Noise noise(1);
  double x = 0;
  for (auto _ : state) {
    for (Forecaster& row : rows) row.Update(SeasonalValue(x, noise));
    ++x;
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK_CAPTURE(Values, holt_winters, ForecastMethod::kHoltWinters, {6})->Iterations(512);
BENCHMARK_CAPTURE(Values, holt_winters_reach, ForecastMethod::kHoltWinters, {1, 2, 4, 8, 16, 32, 64})->Iterations(512);
BENCHMARK_CAPTURE(Values, trend, ForecastMethod::kTrend, {6})->Iterations(512);

void Fit(benchmark::State& state) {
  Noise noise(1);
  const auto row = Row(static_cast<std::size_t>(state.range(0)), [&](double x) { return SeasonalValue(x, noise); });
  for (auto _ : state) benchmark::DoNotOptimize(HoltWinters::Fit(row, 24).Predict());
}
BENCHMARK(Fit)->Arg(64)->Arg(512);

void SeasonFound(benchmark::State& state) {
  Noise noise(1);
  const auto row = Row(512, [&](double x) { return SeasonalValue(x, noise); });
  for (auto _ : state) benchmark::DoNotOptimize(FindSeason(row));
}
BENCHMARK(SeasonFound);

}  // namespace
}  // namespace vexevt
