// What telling an event adds to an operation on a FUSE mount: all that a worker does for it before it answers. Another
// thread takes the records out meanwhile.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <new>
#include <string>
#include <thread>

#include "fuse/event_queue.h"
#include "fuse/node_table.h"
#include "fuse/teller.h"

namespace vexevt {
namespace {

void TakeAll(EventQueue& queue, const std::stop_token& stop, std::uint64_t* lost) {
  EventQueue::Item item;
  while (!stop.stop_requested()) {
    while (queue.Front(&item)) {
      *lost += item.lost;
      std::destroy_at(std::launder(reinterpret_cast<Record*>(const_cast<std::byte*>(item.record.data()))));
      queue.Pop();
    }
    queue.Sleep(kNsPerMs);
  }
}

void TellOfAWrite(benchmark::State& state) {
  auto queue = EventQueue::Make(std::size_t{8} << 20);
  UniqueFd root(::open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat status;
  if (!queue.ok() || ::fstat(root.get(), &status) != 0) return state.SkipWithError("no queue or folder");
  NodeTable nodes(std::move(root), status, "/srv/data");
  Node* node = &nodes.root();
  for (const char* name : {"project", "source", "library", "file.cc"}) {
    ++status.st_ino;
    node = nodes.Enter(UniqueFd(), status, *node, name, 0);
  }
  // The process that started this one: operations of one's own are not told.
  const Who who{static_cast<std::uint32_t>(::getppid()), 0, 0};
  Teller teller(**queue, std::bitset<256>().set(), WhenFull::kDrop);
  std::uint64_t lost = 0;
  std::jthread taker([&](const std::stop_token& stop) { TakeAll(**queue, stop, &lost); });
  std::array<char, 4096> room;
  for ([[maybe_unused]] auto unused : state) {
    Record record;
    record.type = kFsWrite;
    record.mono_ns = MonotonicNs();
    record.path = nodes.Path(*node, {}, room);
    record.length = 4096;
    teller.Tell(&record, who);
  }
  taker.request_stop();
  taker.join();
  state.counters["lost"] =  // of all: what is lost costs less
      static_cast<double>(lost + (*queue)->TakeLost()) / static_cast<double>(state.iterations());
}
BENCHMARK(TellOfAWrite);

}  // namespace
}  // namespace vexevt
