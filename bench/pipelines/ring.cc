// ring: what it costs to hand events from process to process through a ring, beside what the machine allows: a bare
// cache line that goes to and fro, and a bare futex that wakes. Needs two processors.
// usage: ring    (VEXEVT_RING=/dev/shm/…: where the ring's file is made)
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/ring/reader.h"
#include "lib/ring/stamp.h"
#include "lib/ring/writer.h"

namespace vexevt {
namespace {

constexpr std::size_t kRounds = 100'000, kSleepRounds = 3'000;
constexpr std::uint64_t kEvents = 20'000'000;

struct Shared {
  alignas(64) std::atomic<std::uint64_t> ping;
  alignas(64) std::atomic<std::uint64_t> pong;
  alignas(64) std::atomic<std::uint32_t> word;
  alignas(64) std::atomic<std::uint64_t> sent_ns;
  std::atomic<std::uint64_t> checksum;
};

Shared* shared = nullptr;

void Pin(std::size_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

// Runs `body` in a process of its own on processor `cpu`.
pid_t Spawn(std::size_t cpu, const std::function<void()>& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  Pin(cpu);
  body();
  _exit(0);
}

struct Quantiles {
  double min, median, p90, p99;
};

Quantiles Of(std::vector<std::uint64_t> ns) {
  std::sort(ns.begin(), ns.end());
  const auto at = [&](double q) {
    return static_cast<double>(ns[static_cast<std::size_t>(q * static_cast<double>(ns.size() - 1))]);
  };
  return {at(0), at(0.5), at(0.9), at(0.99)};
}

Quantiles Show(const char* what, const Quantiles& q) {
  std::printf("%-52s min %7.0f  median %7.0f  p90 %7.0f  p99 %8.0f ns\n", what, q.min, q.median, q.p90, q.p99);
  return q;
}

void Row(const char* what, double value, const char* unit, double bar, bool at_least) {
  const bool reached = at_least ? value >= bar : value <= bar;
  std::printf("%-52s %12.4g %-10s bar %s %g: %s\n", what, value, unit, at_least ? ">=" : "<=", bar,
              reached ? "reached" : "missed");
}

void PauseFor(std::uint64_t ns) {
  for (const std::uint64_t until = RingStamp() + ns; RingStamp() < until;) continue;
}

// One way of a cache line: half of a round trip.
Quantiles PingPong() {
  const pid_t child = Spawn(1, [] {
    for (std::uint64_t i = 1; i <= kRounds; ++i) {
      while (shared->ping.load(std::memory_order_acquire) != i) continue;
      shared->pong.store(i, std::memory_order_release);
    }
  });
  std::vector<std::uint64_t> ns;
  for (std::uint64_t i = 1; i <= kRounds; ++i) {
    const std::uint64_t start = RingStamp();
    shared->ping.store(i, std::memory_order_release);
    while (shared->pong.load(std::memory_order_acquire) != i) continue;
    ns.push_back((RingStamp() - start) / 2);
  }
  waitpid(child, nullptr, 0);
  return Of(std::move(ns));
}

// From before the wake-up to after the sleeper's return.
Quantiles FutexWake() {
  std::vector<std::uint64_t> ns;
  const pid_t child = Spawn(1, [] {
    for (std::size_t i = 0; i < kSleepRounds; ++i) {
      PauseFor(200'000);
      shared->sent_ns.store(RingStamp());
      shared->word.fetch_add(1);
      syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
  });
  for (std::uint32_t i = 0; i < kSleepRounds; ++i) {
    while (shared->word.load() == i) syscall(SYS_futex, &shared->word, FUTEX_WAIT, i, nullptr, nullptr, 0);
    ns.push_back(RingStamp() - shared->sent_ns.load());
  }
  waitpid(child, nullptr, 0);
  return Of(std::move(ns));
}

// An event of about 300 bytes, as a file event of a real path is.
std::vector<std::byte> Frame(std::uint64_t sequence) {
  const std::string path = "/srv/build/project/src/component/module-with-a-name/generated/file-0001.cc";
  Event event;
  event.id = {7, sequence};
  event.type = kFsWrite;
  event.boundary = Boundary::kKernel;
  event.comm = "cc1plus";
  event.exe = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus";
  event.host = "worker-17";
  event.pid = 4711;
  event.payload = FsPayload{.path = path, .inode = 3'623'998, .size = 30'326, .mode = 0100644};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

RingName Name() {
  const char* const path = std::getenv("VEXEVT_RING");
  RingName name;
  name.path = path != nullptr ? path : "/dev/shm/vexevt-bench-ring";
  return name;
}

template <typename T>
T Must(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "ring: %s\n", result.status().message().c_str());
  std::exit(3);
}

// Reads until the writers are gone; calls took(view) for each event.
template <typename Took>
void ReadAll(RingReader& reader, bool sleeps, Took&& took) {
  for (bool written = true;;) {
    const auto batches = Must(reader.Read());
    for (const RingBatch& batch : batches) {
      for (auto rest = batch.frames; !rest.empty();) {
        const FrameSize size = MeasureFrame(rest);
        EventView view;
        if (!EventView::Bind(rest.first(size.bytes), &view)) std::abort();
        took(view);
        rest = rest.subspan(size.bytes);
      }
    }
    if (!batches.empty()) continue;
    if (!written) return;
    if (sleeps) reader.Sleep(100'000'000);
    if (sleeps || !reader.Spin()) written = reader.HasWriters();
  }
}

// From before the write of one event to when a reader in another process has it, checked.
Quantiles OneEvent(bool sleeps) {
  unlink(Name().path.c_str());
  auto writer = Must(RingWriter::Open(Name()));
  const std::size_t rounds = sleeps ? kSleepRounds : kRounds;
  int ends[2];
  if (pipe(ends) != 0) std::exit(3);
  shared->pong.store(0);
  const pid_t child = Spawn(1, [&] {
    auto reader = Must(RingReader::Open(Name()));
    std::vector<std::uint64_t> ns;
    shared->ping.store(0);
    shared->pong.store(1);
    ReadAll(*reader, sleeps, [&](const EventView& event) {
      ns.push_back(RingStamp() - event.wall_ns());
      shared->ping.store(ns.size(), std::memory_order_release);
    });
    const std::size_t bytes = ns.size() * sizeof ns[0];
    for (std::size_t at = 0; at < bytes;) {
      const ssize_t wrote = write(ends[1], reinterpret_cast<char*>(ns.data()) + at, bytes - at);
      if (wrote <= 0) std::abort();
      at += static_cast<std::size_t>(wrote);
    }
  });
  close(ends[1]);
  Pin(0);
  while (shared->pong.load() == 0) continue;
  std::vector<std::byte> frame = Frame(1);
  EventView view;
  if (!EventView::Bind(frame, &view)) std::abort();
  std::byte* const wall = frame.data() + 16 + layout::kWallNs;
  for (std::size_t i = 0; i < rounds; ++i) {
    while (shared->ping.load(std::memory_order_acquire) != i) continue;
    PauseFor(sleeps ? 200'000 : 500);
    Store<std::uint64_t>(wall, RingStamp());
    if (!writer->Write(frame).ok()) std::exit(3);
  }
  (void)writer->Close();
  std::vector<std::uint64_t> ns(rounds);
  std::size_t at = 0;
  while (at < rounds * 8) {
    const ssize_t got = read(ends[0], reinterpret_cast<char*>(ns.data()) + at, rounds * 8 - at);
    if (got <= 0) break;
    at += static_cast<std::size_t>(got);
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return Of(std::move(ns));
}

// Million events a second from one writer to `readers`, each of which sees all (kBlock).
double Throughput(int readers) {
  unlink(Name().path.c_str());
  RingName name = Name();
  name.mode = RingMode::kBlock;
  auto writer = Must(RingWriter::Open(name));
  std::vector<std::byte> frames;
  while (frames.size() < 60'000) {
    const auto frame = Frame(frames.size());
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  const std::uint64_t each = frames.size() / Frame(0).size();
  shared->checksum.store(0);
  std::vector<pid_t> children;
  shared->pong.store(0);
  for (int i = 0; i < readers; ++i) {
    children.push_back(Spawn(1, [&] {
      auto reader = Must(RingReader::Open(name));
      shared->pong.fetch_add(1);
      std::uint64_t events = 0;
      ReadAll(*reader, true, [&](const EventView& event) { events += event.pid() == 4711; });
      shared->checksum.fetch_add(events);
    }));
  }
  Pin(0);
  while (shared->pong.load() != static_cast<std::uint64_t>(readers)) usleep(100);
  const std::uint64_t start = RingStamp();
  std::uint64_t written = 0;
  for (; written < kEvents / static_cast<std::uint64_t>(readers); written += each) {
    if (!writer->Write(frames).ok()) std::exit(3);
  }
  (void)writer->Close();
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  const double seconds = static_cast<double>(RingStamp() - start) / 1e9;
  if (shared->checksum.load() != written * static_cast<std::uint64_t>(readers)) {
    std::fprintf(stderr, "ring: readers saw %llu events instead of %llu\n",
                 static_cast<unsigned long long>(shared->checksum.load()),
                 static_cast<unsigned long long>(written * static_cast<std::uint64_t>(readers)));
    std::exit(3);
  }
  return static_cast<double>(written) / seconds / 1e6;
}

int Main() {
  void* const memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || sysconf(_SC_NPROCESSORS_ONLN) < 2)
    return std::fputs("ring: needs two processors\n", stderr), 2;
  shared = new (memory) Shared{};
  Pin(0);
  std::printf("a frame of %zu bytes\n", Frame(1).size());
  const Quantiles line = Show("a bare cache line, one way", PingPong());
  const Quantiles spinning = Show("ring, to a spinning reader", OneEvent(false));
  Row("ring, to a spinning reader, median", spinning.median, "ns", 387, false);
  Row("  times the bare cache line", spinning.median / line.median, "", 2, false);
  const Quantiles wake = Show("a bare futex, one wake-up", FutexWake());
  const Quantiles sleeping = Show("ring, to a sleeping reader", OneEvent(true));
  Row("  times the bare futex", sleeping.median / wake.median, "", 1.2, false);
  Row("ring, one writer and one reader", Throughput(1), "M/s", 15, true);
  std::printf("%-52s %12.4g M/s to each\n", "ring, one writer and four readers", Throughput(4));
  unlink(Name().path.c_str());
  return 0;
}

}  // namespace
}  // namespace vexevt

int main() { return vexevt::Main(); }
