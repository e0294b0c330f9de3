// What an event costs from the kernel module's ring to the batch that capture writes out: copied, measured, checked and
// looked at once; the same bytes only copied, for comparison.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "lib/capture/kernel_frames.h"
#include "lib/capture/kernel_lanes.h"
#include "lib/capture/testing/kernel_ring.h"
#include "lib/event/encode.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kLane = 4 << 20;
constexpr std::size_t kFrameBytes = 256;
constexpr std::uint64_t kEvents = kLane / kFrameBytes;

// As the module writes them, of one size, so that they fill the lane to its end and it can be given again.
std::vector<std::byte> Frame(std::uint64_t number) {
  static const std::string kDirectory = "/srv/build/project/src/module_";
  std::string path = kDirectory + std::to_string(number % 500) + "/file_" + std::to_string(number);
  Event event;
  event.id = {0x1234'5678'9abc'def0, number + 1};
  event.wall_ns = 1'795'438'800'000'000'000 + number;
  event.mono_ns = 1'000'000'000 + number;
  event.type = number % 2 == 0 ? kFsCreate : kFsDelete;
  event.boundary = Boundary::kKernel;
  event.flags = kFlagCredentials | kFlagStat;
  event.pid = 4711;
  event.ppid = 4710;
  event.uid = event.gid = 1000;
  event.host = "build-7";
  event.comm = "ninja";
  std::vector<std::byte> frame;
  for (std::size_t size = path.size(); frame.size() < kFrameBytes; ++size) {
    path.resize(size, 'x');
    event.payload = FsPayload{.path = path, .inode = 100'000 + number, .device = 8 << 20, .mode = 0100644};
    frame.clear();
    AppendFrame(event, &frame);
  }
  if (frame.size() != kFrameBytes) std::abort();
  return frame;
}

struct Setting {
  KernelRing ring{kLane, 1 << 16};
  Setting() {
    for (std::uint64_t i = 0; i < kEvents; ++i) ring.Put(Frame(i));
    ring.producer()->normal = 0;
  }
  void GiveAgain() { ring.producer()->normal += kLane; }
};

void Report(benchmark::State& state) {
  auto events = static_cast<double>(state.iterations()) * static_cast<double>(kEvents);
  state.counters["event"] = benchmark::Counter(events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Run(benchmark::State& state, std::vector<std::string> folders) {
  Setting setting;
  KernelLanes lanes = *KernelLanes::Over(setting.ring.bytes(), setting.ring.page());
  KernelFrames frames({}, 1, false, nullptr);
  frames.Select(std::move(folders), true);
  FrameBatch batch;
  for (auto _ : state) {
    setting.GiveAgain();
    if (!lanes.Look().ok()) std::abort();
    for (;;) {
      if (batch.full()) batch.Clear();
      auto next = lanes.Next(&batch);
      if (!next.ok()) std::abort();
      if (next->empty()) break;
      if (!frames.Forward(*next, &batch).ok()) std::abort();
      benchmark::DoNotOptimize(batch.frames().data());
    }
    lanes.Release();
  }
  if (frames.counters.events != static_cast<std::uint64_t>(state.iterations()) * kEvents) std::abort();
  Report(state);
}

void BM_Forward(benchmark::State& state) { Run(state, {}); }
BENCHMARK(BM_Forward);

void BM_ForwardBelowARoot(benchmark::State& state) { Run(state, {"/srv/build"}); }
BENCHMARK(BM_ForwardBelowARoot);

// The same bytes in pieces of the same size to a buffer of the same size.
void BM_Copy(benchmark::State& state) {
  Setting setting;
  std::vector<std::byte> out(2 * FrameBatch::kFullBytes);
  constexpr std::size_t kPiece = VEXEVT_INJECT_MAX;
  for (auto _ : state) {
    for (std::size_t at = 0; at < kLane; at += kPiece) {
      std::memcpy(out.data() + at % FrameBatch::kFullBytes, setting.ring.normal_at(at), kPiece);
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
  }
  Report(state);
}
BENCHMARK(BM_Copy);

}  // namespace
}  // namespace vexevt
