// What a generated event costs, its frame included, by mix.
#include <benchmark/benchmark.h>

#include "lib/capture/generate.h"

namespace vexevt {
namespace {

void BM_Generate(benchmark::State& state) {
  const Mix& mix = AllMixes()[static_cast<std::size_t>(state.range(0))];
  GenerateOptions options;
  options.mix = &mix;
  auto source = MakeGenerator(options);
  if (!source.ok()) return state.SkipWithError("no generator");
  FrameBatch batch;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    batch.Clear();
    if (!(*source)->Drain(&batch).ok()) return state.SkipWithError("no events");
    bytes += batch.frames().size();
    benchmark::DoNotOptimize(batch.frames().data());
  }
  state.SetLabel(std::string(mix.name));
  state.SetItemsProcessed(static_cast<std::int64_t>((*source)->counters().events));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_Generate)->DenseRange(0, 4);

void BM_GeneratorStart(benchmark::State& state) {
  GenerateOptions options;
  options.mix = FindMix("mixed");
  for (auto _ : state) benchmark::DoNotOptimize(MakeGenerator(options).ok());
}
BENCHMARK(BM_GeneratorStart)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vexevt
