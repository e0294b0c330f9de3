// What it costs to decide a filter on a frame in memory, the view included: the bar is three comparisons in 18 ns.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/expr/expression.h"

namespace vexevt {
namespace {

// Enough frames to leave the first-level cache, as a stream does, of types, users and folders that no branch predictor
// foresees.
struct Stream {
  std::vector<std::byte> bytes;
  std::size_t count = 20'000;

  Stream() {
    std::uint64_t random = 42;
    auto next = [&](std::uint64_t bound) {
      random = random * 6364136223846793005 + 1442695040888963407;
      return (random >> 33) % bound;
    };
    constexpr EventType kTypes[] = {kFsCreate, kFsWrite, kFsCloseWrite, kFsRename,
                                    kFsDelete, kFsOpen,  kFsRead,       kFsClose};
    constexpr std::string_view kFolders[] = {"/srv/build/project/src", "/home/ada/work", "/var/log/app", "/usr/lib/x"};
    for (std::size_t i = 0; i < count; ++i) {
      std::string path = std::string(kFolders[next(4)]) + "/module_" + std::to_string(next(997)) + "/file_" +
                         std::to_string(i) + (next(3) == 0 ? ".o" : ".cc");
      Event event;
      event.id = {0x0123456789abcdef, i};
      event.wall_ns = 1'795'438'800'123'456'789 + i * 1000;
      event.type = kTypes[next(8)];
      event.boundary = Boundary::kKernel;
      event.flags = kFlagCredentials | kFlagStat;
      event.pid = static_cast<std::uint32_t>(4711 + next(40));
      event.uid = next(4) == 0 ? 0 : 1000;
      event.gid = 1000;
      event.comm = next(2) == 0 ? "cc1plus" : "rsync";
      event.exe = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus";
      event.host = "builder";
      event.payload = FsPayload{.path = path, .inode = 131'073 + i, .size = next(1 << 24), .mode = 0100644};
      AppendFrame(event, &bytes);
    }
  }
};

const Stream& Frames() {
  static Stream stream;
  return stream;
}

void Decide(benchmark::State& state, std::string_view text) {
  const Stream& stream = Frames();
  NamedLists lists;
  std::vector<std::string> entries;
  for (int i = 0; i < 1'000'000; ++i) entries.push_back("/srv/list/file_" + std::to_string(i));
  if (text.find("$million") != text.npos && !lists.Add("million", entries).ok()) std::abort();
  auto expression = CompileExpression(text, lists);
  if (!expression.ok()) {
    state.SkipWithError(expression.status().message().c_str());
    return;
  }
  std::size_t held = 0;
  for (auto _ : state) {
    held = 0;
    std::span<const std::byte> rest = stream.bytes;
    while (!rest.empty()) {
      FrameSize size = MeasureFrame(rest);
      EventView view;
      if (!EventView::Bind(rest.first(size.bytes), &view)) std::abort();
      held += expression->Matches(view);
      rest = rest.subspan(size.bytes);
    }
    benchmark::DoNotOptimize(held);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stream.count));
  state.counters["held"] = static_cast<double>(held) / static_cast<double>(stream.count);
}

void BM_BindOnly(benchmark::State& state) {
  const Stream& stream = Frames();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    std::span<const std::byte> rest = stream.bytes;
    while (!rest.empty()) {
      FrameSize size = MeasureFrame(rest);
      EventView view;
      if (!EventView::Bind(rest.first(size.bytes), &view)) std::abort();
      sum += view.type();
      rest = rest.subspan(size.bytes);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stream.count));
}
BENCHMARK(BM_BindOnly);

#define DECIDE(name, text) BENCHMARK_CAPTURE(Decide, name, text)
DECIDE(type, "type = fs.create");
// The three comparisons of the bar; in `all_three` each event takes every one of them.
DECIDE(three, "type in (fs.create, fs.close-write, fs.rename) and uid = 1000 and path glob \"/srv/build/**\"");
DECIDE(all_three, "type in (fs.*, graph.*) and uid < 5000 and path glob \"/**\"");
DECIDE(three_suffix, "type in (fs.create, fs.rename) and uid = 1000 and path glob \"**/*.o\"");
DECIDE(design, "type = fs.create and path glob \"/home/**/*.cc\" and not comm in (rsync, cp) and size > 10M");
DECIDE(glob, "path glob \"/home/*/work/**/file_*.o\"");
DECIDE(contains, "path contains module_99");
DECIDE(regex, "path matches \"module_[0-9]+/file_.*\\\\.o$\"");
DECIDE(million, "path in $million");
DECIDE(under_million, "path under $million");
DECIDE(clock, "timeofday in (08:00-18:00) zone Europe/Berlin and weekday in (mon-fri) zone Europe/Berlin");

}  // namespace
}  // namespace vexevt
