// What a stream costs: reading the frames of a file, and copying them on as a filter that keeps all does.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "lib/event/encode.h"
#include "lib/stream/reader.h"
#include "lib/stream/writer.h"

namespace vexevt {
namespace {

constexpr std::size_t kEvents = 1'000'000;

// A file of kEvents frames, gone with the process.
class EventFile {
 public:
  EventFile() {
    const char* directory = std::getenv("TMPDIR");
    std::string path = std::string(directory ? directory : "/tmp") + "/stream_bench-XXXXXX";
    fd_.reset(mkostemp(path.data(), O_CLOEXEC));
    if (!fd_ || unlink(path.c_str()) != 0) std::abort();
    StreamWriter writer(UniqueFd(fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0)), "bench");
    Event event;
    event.id.source = 0x0123456789abcdef;
    event.type = kFsCreate;
    event.boundary = Boundary::kKernel;
    event.flags = kFlagCredentials;
    event.pid = 4711;
    event.comm = "cc1plus";
    event.exe = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus";
    for (std::size_t i = 0; i < kEvents; ++i) {
      std::string path_of_event =
          "/srv/build/project/src/module_" + std::to_string(i % 997) + "/file_" + std::to_string(i) + ".cc";
      event.payload = FsPayload{.path = path_of_event, .inode = i};
      event.id.sequence = i + 1;
      event.wall_ns = 1'795'438'800'000'000'000 + i;
      auto room = writer.Reserve(EncodedBound(event));
      if (!room.ok()) std::abort();
      writer.Commit(Encode(event, *room));
    }
    if (!writer.Close().ok()) std::abort();
    bytes_ = lseek(fd_.get(), 0, SEEK_END);
  }

  UniqueFd FromStart() const {
    lseek(fd_.get(), 0, SEEK_SET);
    return UniqueFd(fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  UniqueFd fd_;
  std::int64_t bytes_ = 0;
};

const EventFile& Events() {
  static EventFile file;
  return file;
}

void Count(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
  state.SetBytesProcessed(state.iterations() * Events().bytes());
}

// The floor under both: the same bytes by read(2) alone.
void BM_ReadBytes(benchmark::State& state) {
  std::vector<char> buffer(256 << 10);
  for (auto _ : state) {
    UniqueFd fd = Events().FromStart();
    while (read(fd.get(), buffer.data(), buffer.size()) > 0) {
    }
  }
  Count(state);
}
BENCHMARK(BM_ReadBytes)->Unit(benchmark::kMillisecond);

void BM_Read(benchmark::State& state) {
  for (auto _ : state) {
    StreamReader reader(Events().FromStart(), "bench");
    std::size_t count = 0;
    for (auto events = reader.Read(); events.ok() && !events->empty(); events = reader.Read()) count += events->size();
    if (count != kEvents) std::abort();
  }
  Count(state);
}
BENCHMARK(BM_Read)->Unit(benchmark::kMillisecond);

void BM_Copy(benchmark::State& state) {
  for (auto _ : state) {
    StreamReader reader(Events().FromStart(), "bench");
    StreamWriter writer(UniqueFd(open("/dev/null", O_WRONLY | O_CLOEXEC)), "null");
    for (auto events = reader.Read(); events.ok() && !events->empty(); events = reader.Read()) {
      for (const EventView& event : *events) {
        if (!writer.Append(event.frame()).ok()) std::abort();
      }
    }
    if (!writer.Close().ok()) std::abort();
  }
  Count(state);
}
BENCHMARK(BM_Copy)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vexevt
