// Many patterns over fresh paths: uniformly random ones, none seen twice soon, so that nothing is cached but the
// patterns.
#include <benchmark/benchmark.h>
#include <fnmatch.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "bench/micro/paths.h"
#include "lib/match/glob.h"
#include "lib/match/pattern_set.h"
#include "lib/match/regex.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

const std::vector<std::string>& Paths() {
  static const std::vector<std::string> paths = bench::RandomPaths(65536, 9);
  return paths;
}

void Batches(benchmark::State& state, const std::vector<StringPattern>& patterns) {
  const auto start = std::chrono::steady_clock::now();
  const PatternSet set = std::move(PatternSet::Compile(patterns)).value();
  const auto compiled = std::chrono::steady_clock::now();
  set.Warm();
  const auto warm = std::chrono::steady_clock::now();
  const std::vector<std::string_view> texts(Paths().begin(), Paths().end());
  PatternSet::Scratch scratch;
  PatternHits hits;
  std::size_t at = 0, found = 0;
  for (auto _ : state) {
    set.MatchBatch(std::span(texts).subspan(at, 256), scratch, hits);
    for (std::size_t i = 0; i < hits.size(); ++i) found += hits[i].size();
    at = (at + 256) % texts.size();
  }
  const auto total = static_cast<double>(state.iterations()) * 256;
  state.counters["per_path"] = benchmark::Counter(total, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["hits/path"] = static_cast<double>(found) / total;
  state.counters["compile_ms"] = std::chrono::duration<double, std::milli>(compiled - start).count();
  state.counters["warm_ms"] = std::chrono::duration<double, std::milli>(warm - compiled).count();
}

void BM_Mixed(benchmark::State& state) {
  Batches(state, bench::MixedPatterns(static_cast<std::size_t>(state.range(0)), 5));
}
BENCHMARK(BM_Mixed)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);

void BM_WithoutSearch(benchmark::State& state) {
  Batches(state, bench::IndexedPatterns(static_cast<std::size_t>(state.range(0)), 6));
}
BENCHMARK(BM_WithoutSearch)->Arg(100)->Arg(10000);

void BM_ManyRegexes(benchmark::State& state) {
  std::vector<StringPattern> patterns = bench::IndexedPatterns(2000, 6);
  const std::vector<StringPattern> regexes = bench::Regexes(1000, 7);
  patterns.insert(patterns.end(), regexes.begin(), regexes.end());
  Batches(state, patterns);
}
BENCHMARK(BM_ManyRegexes);

void BM_OneByOne(benchmark::State& state) {  // the set without batches: what a filter of one event at a time pays
  const PatternSet set =
      std::move(PatternSet::Compile(bench::MixedPatterns(static_cast<std::size_t>(state.range(0)), 5))).value();
  set.Warm();
  PatternSet::Scratch scratch;
  PatternHits hits;
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string_view path = Paths()[i++ % Paths().size()];
    set.MatchBatch({&path, 1}, scratch, hits);
    benchmark::DoNotOptimize(hits.size());
  }
}
BENCHMARK(BM_OneByOne)->Arg(10)->Arg(100);

void BM_Glob(benchmark::State& state, const char* text) {
  const Glob glob = std::move(Glob::Compile(text)).value();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(glob.Matches(Paths()[i++ % Paths().size()]));
}
BENCHMARK_CAPTURE(BM_Glob, prefix, "/home/u7/**");
BENCHMARK_CAPTURE(BM_Glob, suffix, "**/*.py");
BENCHMARK_CAPTURE(BM_Glob, component, "**/node_modules/**");
BENCHMARK_CAPTURE(BM_Glob, general, "/*/*/**/[a-f]*_?[0-9]*.{c,h}");

void BM_Fnmatch(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(fnmatch("*/*.py", Paths()[i++ % Paths().size()].c_str(), 0));
}
BENCHMARK(BM_Fnmatch);

void BM_Regex(benchmark::State& state) {
  const Regex regex = std::move(Regex::Compile("/(src|cache)/.*_[0-9a-f]{2}\\.(c|h|log)$")).value();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(regex.Matches(Paths()[i++ % Paths().size()]));
}
BENCHMARK(BM_Regex);

void BM_StringSet(benchmark::State& state) {
  std::vector<std::string> texts = bench::RandomPaths(static_cast<std::size_t>(state.range(0)), 77);
  const StringSet set = std::move(StringSet::FromTexts(texts)).value();
  const std::vector<std::string>& probes = state.range(1) ? texts : Paths();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set.Contains(probes[i++ % probes.size()]));
  state.counters["bytes/text"] = static_cast<double>(set.memory()) / static_cast<double>(set.size());
}
BENCHMARK(BM_StringSet)
    ->ArgNames({"texts", "hit"})
    ->Args({1000, 0})
    ->Args({1000, 1})
    ->Args({1000000, 0})
    ->Args({1000000, 1});

}  // namespace
}  // namespace vexevt
