// What a sketch costs for each value and in memory, over values that are made before. `groups` sketches take the values
// by turns, as groups of a query do: 10,000 are more than a cache holds.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/micro/paths.h"
#include "lib/base/random.h"
#include "lib/sketch/count_min.h"
#include "lib/sketch/hyper_log_log.h"
#include "lib/sketch/item_hash.h"
#include "lib/sketch/quantile_sketch.h"
#include "lib/sketch/space_saving.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

constexpr std::size_t kValues = 1 << 20;

const std::vector<std::uint64_t>& Zipf() {
  static const std::vector<std::uint64_t> draws = ZipfDraws(kValues, 100000, 1.1, 3);
  return draws;
}

const std::vector<double>& Latencies() {  // ten powers of ten
  static const std::vector<double> values = [] {
    Random random(5);
    std::vector<double> made(kValues);
    for (double& value : made) value = std::pow(10, 10 * UnitDraw(random));
    return made;
  }();
  return values;
}

void Rate(benchmark::State& state) {
  state.counters["per_value"] = benchmark::Counter(static_cast<double>(state.iterations()),
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// `add` puts value `at` into a sketch.
template <typename Sketch, typename Add>
void Updates(benchmark::State& state, const Sketch& empty, const Add& add) {
  std::vector<Sketch> sketches(static_cast<std::size_t>(state.range(0)), empty);
  // Each has its registers, buckets and keys before the time begins.
  for (std::size_t at = 0; at < kValues; ++at) add(sketches[at % sketches.size()], at);
  std::size_t at = 0, turn = 0;
  for (auto _ : state) {
    add(sketches[turn], at);
    if (++at == kValues) at = 0;
    if (++turn == sketches.size()) turn = 0;
  }
  Rate(state);
}

void BM_HyperLogLogAdd(benchmark::State& state) {
  Updates(state, HyperLogLog(),
          [](HyperLogLog& sketch, std::size_t at) { sketch.Add(at * 0x9e3779b97f4a7c15); });  // hashed before
}
BENCHMARK(BM_HyperLogLogAdd)->Arg(1)->Arg(10000);

void BM_CountMinAdd(benchmark::State& state) {
  const std::vector<std::uint64_t>& draws = Zipf();
  Updates(state, CountMin(),
          [&](CountMin& sketch, std::size_t at) { sketch.Add(draws[at] * 0x9e3779b97f4a7c15); });  // hashed before
}
BENCHMARK(BM_CountMinAdd)->Arg(1)->Arg(10000);

void BM_QuantileAdd(benchmark::State& state) {
  const std::vector<double>& values = Latencies();
  Updates(state, QuantileSketch(), [&](QuantileSketch& sketch, std::size_t at) { sketch.Add(values[at]); });
}
BENCHMARK(BM_QuantileAdd)->Arg(1)->Arg(10000);

void BM_SpaceSavingZipf(benchmark::State& state) {
  const std::vector<std::uint64_t>& draws = Zipf();
  Updates(state, SpaceSaving(64), [&](SpaceSaving& sketch, std::size_t at) {
    sketch.Add({reinterpret_cast<const char*>(&draws[at]), sizeof draws[at]});
  });
}
BENCHMARK(BM_SpaceSavingZipf)->Arg(1)->Arg(10000);

// Every value puts another key out: the most work that there is.
void BM_SpaceSavingNoneTwice(benchmark::State& state) {
  const auto capacity = static_cast<std::uint32_t>(state.range(1));
  Updates(state, SpaceSaving(capacity), [](SpaceSaving& sketch, std::size_t at) {
    const std::uint64_t key = at;
    sketch.Add({reinterpret_cast<const char*>(&key), sizeof key});
  });
}
BENCHMARK(BM_SpaceSavingNoneTwice)->Args({1, 64})->Args({1, 1024});

void BM_SpaceSavingPaths(benchmark::State& state) {
  static const std::vector<std::string> paths = bench::RandomPaths(65536, 9);
  const std::vector<std::uint64_t>& draws = Zipf();
  Updates(state, SpaceSaving(64),
          [&](SpaceSaving& sketch, std::size_t at) { sketch.Add(paths[draws[at] % paths.size()]); });
}
BENCHMARK(BM_SpaceSavingPaths)->Arg(1);

template <typename Sketch, typename Add>
void Memory(benchmark::State& state, const Sketch& empty, const Add& add) {
  std::size_t bytes = 0, saved = 0;
  for (auto _ : state) {
    Sketch sketch = empty;
    for (std::size_t at = 0; at < static_cast<std::size_t>(state.range(0)); ++at) add(sketch, at);
    bytes = sizeof sketch + sketch.allocated();
    saved = SavedSketch(sketch).size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["saved_bytes"] = static_cast<double>(saved);
}

void BM_HyperLogLogMemory(benchmark::State& state) {
  Memory(state, HyperLogLog(), [](HyperLogLog& sketch, std::size_t at) { sketch.Add(ItemHash(std::uint64_t{at})); });
}
void BM_CountMinMemory(benchmark::State& state) {
  Memory(state, CountMin(), [](CountMin& sketch, std::size_t at) { sketch.Add(ItemHash(std::uint64_t{at})); });
}
void BM_QuantileMemory(benchmark::State& state) {
  const std::vector<double>& values = Latencies();
  Memory(state, QuantileSketch(), [&](QuantileSketch& sketch, std::size_t at) { sketch.Add(values[at % kValues]); });
}
void BM_SpaceSavingMemory(benchmark::State& state) {
  const std::vector<std::uint64_t>& draws = Zipf();
  Memory(state, SpaceSaving(64), [&](SpaceSaving& sketch, std::size_t at) {
    sketch.Add({reinterpret_cast<const char*>(&draws[at % kValues]), sizeof(std::uint64_t)});
  });
}
BENCHMARK(BM_HyperLogLogMemory)->Arg(10)->Arg(1000)->Arg(1000000)->Iterations(1);
BENCHMARK(BM_CountMinMemory)->Arg(10)->Arg(1000)->Arg(1000000)->Iterations(1);
BENCHMARK(BM_QuantileMemory)->Arg(10)->Arg(1000)->Arg(1000000)->Iterations(1);
BENCHMARK(BM_SpaceSavingMemory)->Arg(10)->Arg(1000)->Arg(1000000)->Iterations(1);

void BM_Merge(benchmark::State& state) {
  HyperLogLog distinct, distinct_all;
  QuantileSketch quantiles, quantiles_all;
  SpaceSaving top(64), top_all(64);
  CountMin counts, counts_all;
  for (std::size_t at = 0; at < kValues; ++at) {
    distinct.Add(ItemHash(std::uint64_t{at}));
    quantiles.Add(Latencies()[at]);
    top.Add({reinterpret_cast<const char*>(&Zipf()[at]), sizeof(std::uint64_t)});
    counts.Add(ItemHash(std::uint64_t{at}));
  }
  for (auto _ : state) {
    if (state.range(0) == 0) distinct_all.Merge(distinct);
    if (state.range(0) == 1) quantiles_all.Merge(quantiles);
    if (state.range(0) == 2) top_all.Merge(top);
    if (state.range(0) == 3) counts_all.Merge(counts);
  }
}
BENCHMARK(BM_Merge)->Arg(0)->Arg(1)->Arg(2)->Arg(3);

}  // namespace
}  // namespace vexevt
