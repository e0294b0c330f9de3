// What it costs vexevt-react to decide about an event: the machines, the guard against loops, the triggers and the
// gate. The bar is 100,000 events/s that are debounced or limited; most events set off nothing, and must cost next to
// that.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/react/gate.h"
#include "lib/react/loop_guard.h"
#include "lib/react/machines.h"
#include "lib/react/triggers.h"

namespace vexevt {
namespace {

constexpr std::size_t kEvents = 20'000;  // of as many paths, 40 processes and 8 types

std::vector<std::vector<std::byte>> MakeFrames() {
  constexpr EventType kTypes[] = {kFsCreate, kFsWrite, kFsCloseWrite, kFsRename, kFsDelete, kFsOpen, kFsRead, kFsClose};
  std::vector<std::vector<std::byte>> frames(kEvents);
  for (std::size_t i = 0; i < kEvents; ++i) {
    const std::string path = "/srv/build/project/src/module_" + std::to_string(i % 997) + "/file_" + std::to_string(i);
    Event event;
    event.id = {1, i};
    event.type = kTypes[i * 7 % 8];
    event.flags = kFlagCredentials;
    event.pid = static_cast<std::uint32_t>(4711 + i % 40);
    event.ppid = 4000;
    event.comm = "cc1plus";
    event.host = "builder";
    event.payload = FsPayload{.path = path, .inode = i};
    AppendFrame(event, &frames[i]);
  }
  return frames;
}

// One workflow, of these keys; an action goes on meanwhile, so that the guard has something to look for.
void Decide(benchmark::State& state, const std::string& keys) {
  const auto frames = MakeFrames();
  std::vector<EventView> events(kEvents);
  for (std::size_t i = 0; i < kEvents; ++i) EventView::Bind(frames[i], &events[i]);
  const auto file = ParseWorkflows(
      "[[machine]]\nname = \"load\"\nstates = [\"normal\", \"high\"]\n[[workflow]]\nname = "
      "\"w\"\n" +
          keys + "\n[[workflow.step]]\nrun = [\"true\"]\n",
      "w.toml");
  if (!file.ok()) return state.SkipWithError(file.status().message().c_str());
  const auto triggers = Triggers::Compile(*file, {});
  auto machines = Machines::Compile(*file, {}, 0);
  if (!triggers.ok() || !machines.ok()) return state.SkipWithError("it does not compile");
  LoopGuard guard(1, "builder", [](std::uint32_t pid) { return pid == 4000 ? std::optional(1u) : std::nullopt; });
  guard.Began(2);
  Gate gate(file->workflows[0]);
  std::uint64_t now_ns = 1'795'438'800'000'000'000, told = 0;
  const Gate::Tell tell = [&](Verdict, Occasion&) { ++told; };
  const Machines::Tell changed = [&](const StateChange&) { ++told; };
  for (auto _ : state) {
    for (const EventView& event : events) {
      now_ns += 1000;
      machines->See(event, now_ns, changed);
      triggers->Find(event, machines->states(), [&](std::uint32_t) {
        if (!guard.IsOurs(event, now_ns)) gate.Offer(event, now_ns, tell);
      });
    }
    gate.Advance(now_ns, tell);
    gate.TakeHeldChanges([&](std::uint64_t, const Occasion*) { ++told; });
  }
  benchmark::DoNotOptimize(told);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
}

BENCHMARK_CAPTURE(Decide, no_event_of_the_type, "on = 'type = vexevt.match'");
BENCHMARK_CAPTURE(Decide, none_sets_it_off, "on = 'type = fs.* and path startswith /home'");
BENCHMARK_CAPTURE(Decide, state, "on = 'type = fs.* and state.load = high'");
BENCHMARK_CAPTURE(Decide, debounced_by_process, "on = 'type = fs.*'\nkey = \"pid\"\ndebounce = \"1s\"");
BENCHMARK_CAPTURE(Decide, debounced_by_path, "on = 'type = fs.*'\nkey = \"path\"\ndebounce = \"1s\"");
BENCHMARK_CAPTURE(Decide, cooling_by_process,
                  "on = 'type = fs.*'\nkey = \"pid\"\nconcurrency = 100\ncooldown = \"1h\"");
BENCHMARK_CAPTURE(Decide, dropped_as_busy, "on = 'type = fs.*'\nkey = \"pid\"\nif_busy = \"drop\"");
BENCHMARK_CAPTURE(Decide, latest, "on = 'type = fs.*'\nkey = \"pid\"\nif_busy = \"latest\"");
BENCHMARK_CAPTURE(Decide, queue_full, "on = 'type = fs.*'\nkey = \"pid\"");

}  // namespace
}  // namespace vexevt
