// What one event costs in memory: building its frame, making a view, and Cap'n Proto's own way of both beside it.
#include <benchmark/benchmark.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event.capnp.h"
#include "lib/event/event_view.h"

namespace vexevt {
namespace {

Event FileEvent(std::string_view path) {
  Event event;
  event.id = {0x0123456789abcdef, 42};
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
  event.payload = FsPayload{.path = path, .inode = 131'073, .size = 4096, .device = 8 << 20 | 1, .mode = 0100644};
  return event;
}

// Enough frames to leave the first-level cache, as a stream does.
struct Stream {
  std::vector<std::byte> bytes;
  std::size_t count = 20'000;

  Stream() {
    for (std::size_t i = 0; i < count; ++i) {
      std::string path =
          "/srv/build/project/src/module_" + std::to_string(i % 997) + "/file_" + std::to_string(i) + ".cc";
      AppendFrame(FileEvent(path), &bytes);
    }
  }
};

const Stream& Frames() {
  static Stream stream;
  return stream;
}

void BM_Encode(benchmark::State& state) {
  Event event = FileEvent("/srv/build/project/src/module_12/file_12345.cc");
  std::vector<std::byte> out(EncodedBound(event));
  for (auto _ : state) {
    ++event.id.sequence;
    benchmark::DoNotOptimize(Encode(event, out.data()));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Encode);

void BM_CapnpBuild(benchmark::State& state) {
  Event event = FileEvent("/srv/build/project/src/module_12/file_12345.cc");
  const auto& fs = std::get<FsPayload>(event.payload);
  auto data = [](std::string_view text) {
    return kj::arrayPtr(reinterpret_cast<const kj::byte*>(text.data()), text.size());
  };
  std::vector<capnp::word> scratch(128);
  for (auto _ : state) {
    capnp::MallocMessageBuilder builder(kj::arrayPtr(scratch.data(), scratch.size()));
    auto root = builder.initRoot<schema::Event>();
    root.setIdSource(event.id.source);
    root.setIdSequence(++event.id.sequence);
    root.setWallNs(event.wall_ns);
    root.setMonoNs(event.mono_ns);
    root.setType(event.type);
    root.setBoundary(schema::Event::Boundary::KERNEL);
    root.setFlags(event.flags);
    root.setPid(event.pid);
    root.setUid(event.uid);
    root.setGid(event.gid);
    root.setPpid(event.ppid);
    root.setComm(data(event.comm));
    root.setExe(data(event.exe));
    root.setHost(data(event.host));
    auto payload = root.getPayload().initFs();
    payload.setPath(data(fs.path));
    payload.setMode(fs.mode);
    payload.setDevice(fs.device);
    payload.setInode(fs.inode);
    payload.setSize(fs.size);
    benchmark::DoNotOptimize(builder.getSegmentsForOutput());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CapnpBuild);

void BM_ViewFiveFields(benchmark::State& state) {
  const Stream& stream = Frames();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    std::span<const std::byte> rest = stream.bytes;
    while (!rest.empty()) {
      FrameSize size = MeasureFrame(rest);
      EventView view;
      if (!EventView::Bind(rest.first(size.bytes), &view)) std::abort();
      sum += view.type() + view.pid() + view.id().sequence + view.path().size() + view.Get<std::uint32_t>(layout::kUid);
      rest = rest.subspan(size.bytes);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stream.count));
}
BENCHMARK(BM_ViewFiveFields);

void BM_CapnpReadFiveFields(benchmark::State& state) {
  const Stream& stream = Frames();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    std::span<const std::byte> rest = stream.bytes;
    while (!rest.empty()) {
      capnp::FlatArrayMessageReader reader({reinterpret_cast<const capnp::word*>(rest.data()), rest.size() / 8});
      auto root = reader.getRoot<schema::Event>();
      sum += root.getType() + root.getPid() + root.getIdSequence() + root.getPayload().getFs().getPath().size() +
             root.getUid();
      rest = rest.subspan(static_cast<std::size_t>(reinterpret_cast<const std::byte*>(reader.getEnd()) - rest.data()));
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stream.count));
}
BENCHMARK(BM_CapnpReadFiveFields);

}  // namespace
}  // namespace vexevt
