// What an event costs as text: JSON written and read, the line for people, CSV, a template.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "lib/event/csv.h"
#include "lib/event/encode.h"
#include "lib/event/json_read.h"
#include "lib/event/json_write.h"
#include "lib/event/template.h"
#include "lib/event/text_line.h"

namespace vexevt {
namespace {

struct Stream {
  std::vector<std::byte> bytes;
  std::vector<EventView> events;

  Stream() {
    Event event;
    event.id = {0x0123456789abcdef, 0};
    event.wall_ns = 1'795'438'800'123'456'789;
    event.mono_ns = 987'654'321;
    event.type = kFsCreate;
    event.boundary = Boundary::kKernel;
    event.flags = kFlagCredentials | kFlagStat;
    event.pid = 4711;
    event.uid = 1000;
    event.gid = 1000;
    event.ppid = 1;
    event.comm = "cc1plus";
    event.exe = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus";
    event.host = "builder";
    std::vector<std::size_t> ends;
    for (int i = 0; i < 5000; ++i) {
      std::string path =
          "/srv/build/project/src/module_" + std::to_string(i % 97) + "/file_" + std::to_string(i) + ".cc";
      ++event.id.sequence;
      event.wall_ns += 1000;
      event.payload = FsPayload{.path = path, .inode = 131'073, .size = 4096, .device = 8 << 20 | 1, .mode = 0100644};
      AppendFrame(event, &bytes);
      ends.push_back(bytes.size());
    }
    std::size_t start = 0;
    for (std::size_t end : ends) {
      EventView view;
      if (!EventView::Bind(std::span(bytes).subspan(start, end - start), &view)) std::abort();
      events.push_back(view);
      start = end;
    }
  }
};

const Stream& Events() {
  static Stream stream;
  return stream;
}

template <typename Print>
void Run(benchmark::State& state, Print print) {
  std::string out;
  std::int64_t bytes = 0, count = 0;
  for (auto _ : state) {
    for (const EventView& event : Events().events) {
      out.clear();
      print(event, &out);
      bytes += static_cast<std::int64_t>(out.size());
    }
    count += static_cast<std::int64_t>(Events().events.size());
  }
  state.SetItemsProcessed(count);
  state.SetBytesProcessed(bytes);
}

void BM_WriteJson(benchmark::State& state) {
  std::vector<char> out(1 << 16);
  std::int64_t bytes = 0, count = 0;
  for (auto _ : state) {
    for (const EventView& event : Events().events) bytes += WriteJson(event, out.data()) - out.data();
    benchmark::ClobberMemory();
    count += static_cast<std::int64_t>(Events().events.size());
  }
  state.SetItemsProcessed(count);
  state.SetBytesProcessed(bytes);
}
BENCHMARK(BM_WriteJson);

void BM_AppendJson(benchmark::State& state) {
  Run(state, [](const EventView& event, std::string* out) { AppendJson(event, out); });
}
BENCHMARK(BM_AppendJson);

void BM_TextLine(benchmark::State& state) {
  TextLine line(false);
  Run(state, [&](const EventView& event, std::string* out) { line.Append(event, out); });
}
BENCHMARK(BM_TextLine);

void BM_Csv(benchmark::State& state) {
  auto csv = Csv::Make(kDefaultCsvFields);
  Run(state, [&](const EventView& event, std::string* out) { csv->Append(event, out); });
}
BENCHMARK(BM_Csv);

void BM_Template(benchmark::State& state) {
  auto made = Template::Make("{time} {type} {path:q}", false);
  Run(state, [&](const EventView& event, std::string* out) { made->Append(event, out); });
}
BENCHMARK(BM_Template);

void BM_ReadJson(benchmark::State& state) {
  std::vector<std::string> lines;
  for (const EventView& event : Events().events) AppendJson(event, &lines.emplace_back());
  JsonReader reader;
  Event event;
  std::vector<std::byte> frame;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& line : lines) {
      if (!reader.Read(line, &event).ok()) std::abort();
      frame.clear();
      AppendFrame(event, &frame);
      bytes += static_cast<std::int64_t>(line.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lines.size()));
  state.SetBytesProcessed(bytes);
}
BENCHMARK(BM_ReadJson);

}  // namespace
}  // namespace vexevt
