// What the bridge costs: merging two streams that lie in files, and taking out of them the doubles of one operation.
// Each has kOperations events; an iteration is all of both. The time of one event is that of the iteration by items.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "lib/capture/endpoint_source.h"
#include "lib/capture/merged_source.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

constexpr std::size_t kOperations = 200'000;

class Streams {
 public:
  Streams() {
    if (::mkdtemp(directory_.data()) == nullptr) std::abort();
    // One operation in 100 us, and the kernel's event of it 30 us later.
    Write(fuse(), Boundary::kFuse, 7, "cc1plus", 0);
    Write(kernel(), Boundary::kKernel, 99, "vexevt-fuse", 30'000);
  }
  ~Streams() {
    ::unlink(fuse().c_str());
    ::unlink(kernel().c_str());
    ::rmdir(directory_.c_str());
  }
  std::string fuse() const { return directory_ + "/fuse.evt"; }
  std::string kernel() const { return directory_ + "/kernel.evt"; }

 private:
  static void Write(const std::string& file, Boundary boundary, std::uint32_t pid, const char* comm,
                    std::uint64_t later_ns) {
    auto writer = OpenOutput(file);
    if (!writer.ok()) std::abort();
    Event event;
    event.id.source = static_cast<std::uint64_t>(boundary);
    event.boundary = boundary;
    event.flags = kFlagCredentials;
    event.pid = pid;
    event.comm = comm;
    event.exe = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus";
    event.host = "builder";
    for (std::size_t i = 0; i < kOperations; ++i) {
      const std::string path = std::string(boundary == Boundary::kFuse ? "/mnt" : "/srv") + "/project/src/module_" +
                               std::to_string(i % 997) + "/file_" + std::to_string(i % 50'000) + ".cc";
      event.type = i % 2 == 0 ? kFsWrite : kFsCloseWrite;
      event.payload =
          FsPayload{.path = path, .inode = i % 50'000 + 1, .device = boundary == Boundary::kFuse ? 40u : 8u};
      event.id.sequence = i + 1;
      event.wall_ns = 1'795'438'800'000'000'000 + i * 100'000 + later_ns;
      auto room = writer->Reserve(EncodedBound(event));
      if (!room.ok()) std::abort();
      writer->Commit(Encode(event, *room));
    }
    if (!writer->Close().ok()) std::abort();
  }

  std::string directory_ = "/tmp/bridge_bench-XXXXXX";
};

const Streams& Files() {
  static const Streams streams;
  return streams;
}

void Run(benchmark::State& state, bool merge, bool without_doubles) {
  std::size_t removed = 0, events = 0;
  for (auto _ : state) {
    std::vector<SourceToMerge> sources;
    for (const std::string& file : {Files().kernel(), Files().fuse()}) {
      auto source = OpenEndpoint({file});
      if (!source.ok()) return state.SkipWithError("cannot open");
      sources.push_back({std::move(*source), file});
    }
    FrameBatch batch;
    auto drain = [&](Source* source) {
      for (Result<DrainState> drained = DrainState::kMore; drained.ok() && *drained != DrainState::kEnd;) {
        batch.Clear();
        drained = source->Drain(&batch);
        benchmark::DoNotOptimize(batch.frames().data());
      }
    };
    events += 2 * kOperations;
    if (!merge) {
      for (SourceToMerge& source : sources) drain(source.source.get());
      continue;
    }
    auto merged = MergedSource::Of(std::move(sources), without_doubles, [](std::string_view) {});
    if (!merged.ok()) return state.SkipWithError("cannot merge");
    drain(merged->get());
    if (without_doubles) removed += (*merged)->doubles()->counts().removed[0];
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["per_event"] =
      benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  if (without_doubles) state.counters["removed"] = static_cast<double>(removed) / static_cast<double>(events / 2);
}

void BM_ReadOneAfterTheOther(benchmark::State& state) { Run(state, false, false); }
void BM_Merge(benchmark::State& state) { Run(state, true, false); }
void BM_MergeWithoutDoubles(benchmark::State& state) { Run(state, true, true); }
BENCHMARK(BM_ReadOneAfterTheOther)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Merge)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_MergeWithoutDoubles)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vexevt
