// What a point costs of a detector. 1,000 series take points by turns, as groups of a query do: more than a cache
// holds, for all but the smallest. The bar is 100,000 points a second (10 us each).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "lib/series/detector.h"
#include "lib/series/testing/rows.h"

namespace vexevt {
namespace {

constexpr std::size_t kSeries = 1'000;
constexpr std::size_t kPoints = 1 << 16;
constexpr std::size_t kWarm = 300;  // points of each series before the time begins: trees are full, seasons were fitted

void BM_See(benchmark::State& state, DetectorKind kind, std::size_t dimensions) {
  Noise noise(1);
  std::vector<double> values;
  for (std::size_t i = 0; i < kPoints; ++i) values.push_back(noise());
  std::vector<Detector> series(kSeries, Detector({.kind = kind, .grains = std::vector<double>(dimensions)}));
  std::size_t at = 0;
  const auto point = [&] {
    at = (at + 7) % (kPoints - dimensions);
    return std::span(values).subspan(at, dimensions);
  };
  for (std::size_t round = 0; round < kWarm; ++round) {
    for (Detector& detector : series) detector.See(point());
  }
  std::size_t turn = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(series[turn].See(point()));
    if (++turn == kSeries) turn = 0;
  }
  state.counters["points"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
// What a forest's values are told by, one by one.
void BM_JudgeEach(benchmark::State& state) {
  const auto dimensions = static_cast<std::size_t>(state.range(0));
  Noise noise(1);
  std::vector<double> point(dimensions);
  const auto draw = [&] { std::ranges::generate(point, noise); };
  std::vector<Detector> series(kSeries,
                               Detector({.kind = DetectorKind::kForest, .grains = std::vector<double>(dimensions)}));
  for (Detector& detector : series) {
    for (std::size_t i = 0; i < kWarm; ++i) {
      draw();
      detector.See(point);
    }
  }
  std::size_t turn = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(series[turn].JudgeEach(point));
    if (++turn == kSeries) turn = 0;
  }
}
BENCHMARK(BM_JudgeEach)->Arg(2)->Arg(4);

BENCHMARK_CAPTURE(BM_See, mad, DetectorKind::kMad, 1);
BENCHMARK_CAPTURE(BM_See, ewma, DetectorKind::kEwma, 1);
BENCHMARK_CAPTURE(BM_See, seasonal, DetectorKind::kSeasonal, 1)->Iterations(1 << 20);  // fits are in it
BENCHMARK_CAPTURE(BM_See, forest, DetectorKind::kForest, 2);
BENCHMARK_CAPTURE(BM_See, forest_of_four, DetectorKind::kForest, 4);
BENCHMARK_CAPTURE(BM_See, page_hinkley, DetectorKind::kPageHinkley, 1);
BENCHMARK_CAPTURE(BM_See, adwin, DetectorKind::kAdwin, 1);

}  // namespace
}  // namespace vexevt
