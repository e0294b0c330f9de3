// What an event costs from the bytes that fanotify gives to the frame: paths, process and types known, no system call.
#include <benchmark/benchmark.h>
#include <linux/fanotify.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "lib/capture/fanotify_frames.h"
#include "lib/capture/testing/fanotify_bytes.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kDirectories = 500;
constexpr std::uint32_t kRecords = 2000;

// A tree as a build has it, and what touches it. `spread`: how many records in a row share a directory.
struct Setting {
  FanotifyFrames frames;
  FanotifyBytes bytes;

  Setting(FanotifyOptions options, std::uint64_t mask, std::uint32_t spread)
      : frames((options.stat = false, options), true, SystemClock()) {
    DirectoryTree& tree = frames.tree();
    DirectoryTree::Id at = tree.AddTop(Ext4Key(2), "/");
    std::uint32_t inode = 10;
    for (const char* name : {"srv", "build", "project", "src"}) at = tree.Place(Ext4Key(inode++), at, name);
    for (std::uint32_t i = 0; i < kDirectories; ++i) {
      tree.Place(Ext4Key(1000 + i), at, "module_" + std::to_string(i));
    }
    auto parent = static_cast<std::uint32_t>(::getppid());  // some process that is there, but not ours
    for (std::uint32_t i = 0; i < kRecords; ++i) {
      bytes.Record(mask, parent)
          .Named(Ext4Key(1000 + i / spread * 7 % kDirectories), "file_" + std::to_string(i) + ".cc")
          .Object(Ext4Key(100'000 + i));
    }
  }
};

void Run(benchmark::State& state, FanotifyOptions options, std::uint64_t mask, std::uint32_t spread) {
  Setting setting(std::move(options), mask, spread);
  FrameBatch batch;
  std::uint64_t before = setting.frames.counters.events;
  for (auto _ : state) {
    setting.frames.BeginBatch(SystemClock().Now());
    FanotifyReader reader(setting.bytes.bytes());
    batch.Clear();
    for (FanotifyRecord record; reader.Next(&record);) setting.frames.Append(record, &batch);
    benchmark::DoNotOptimize(batch.frames().data());
  }
  auto records = static_cast<double>(state.iterations()) * kRecords;
  auto events = static_cast<double>(setting.frames.counters.events - before);
  state.counters["record"] = benchmark::Counter(records, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  if (events > 0) {
    state.counters["event"] = benchmark::Counter(events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["frame_bytes"] =
        static_cast<double>(batch.frames().size()) * static_cast<double>(state.iterations()) / events;
  }
}

// One record, one event; neighbours in one directory, as tar and rm leave them.
void BM_Delete(benchmark::State& state) { Run(state, {}, FAN_DELETE, 50); }
BENCHMARK(BM_Delete);

// Each record in another directory.
void BM_DeleteScattered(benchmark::State& state) { Run(state, {}, FAN_DELETE, 1); }
BENCHMARK(BM_DeleteScattered);

// A merged record becomes four.
void BM_CreateOpenModifyClose(benchmark::State& state) {
  Run(state, {}, FAN_CREATE | FAN_OPEN | FAN_MODIFY | FAN_CLOSE_WRITE, 50);
}
BENCHMARK(BM_CreateOpenModifyClose);

// What happens elsewhere on a busy file system.
void BM_OutsideTheRoots(benchmark::State& state) {
  Run(state, {.selection = {.roots = {"/srv/other"}}}, FAN_DELETE, 1);
}
BENCHMARK(BM_OutsideTheRoots);

}  // namespace
}  // namespace vexevt
