// What marks cost who works on files: one round is 500 files created, written, closed and deleted in a tmpfs, by one
// process or four at a time, with nothing marked, with the module, and with fanotify as vexevt-capture uses it; each
// with a reader that takes all, and with one that is stalled. Rounds of the kinds alternate. Prints TSV: kind, and ns a
// file as minimum, median, 90th, 99th percentile. tests/kmod/run --cost counts an instruction as a nanosecond, so that
// the host's other work doesn't matter.
#include <fcntl.h>
#include <linux/fanotify.h>
#include <poll.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "kmod/uapi/vexevt.h"

namespace {

constexpr int kFiles = 500, kRounds = 40;

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

double NowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void Work(int first, int count) {
  for (int i = first; i < first + count; ++i) {
    char path[32];
    std::snprintf(path, sizeof path, "/t/%d", i);
    int fd = ::open(path, O_CREAT | O_WRONLY, 0600);
    if (fd < 0 || ::write(fd, "x", 1) != 1 || ::close(fd) != 0 || ::unlink(path) != 0) Fail(path);
  }
}

// Writers wait for a pipe's end before they begin, so that it is not their making that is measured.
double Round(int writers) {
  int gate[2];
  std::vector<pid_t> pids;
  if (::pipe(gate) != 0) Fail("pipe");
  for (int i = 0; i < writers && writers > 1; ++i) {
    pids.push_back(::fork());
    if (pids.back() != 0) continue;
    char byte;
    ::close(gate[1]);
    if (::read(gate[0], &byte, 1) != 0) Fail("read");
    Work(i * kFiles / writers, kFiles / writers);
    ::_exit(0);
  }
  double start = NowNs();
  ::close(gate[1]);
  if (writers == 1) Work(0, kFiles);
  for (pid_t pid : pids) {
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) Fail("writer");
  }
  double cost = (NowNs() - start) / kFiles;
  ::close(gate[0]);
  return cost;
}

// Takes what is there until told to stop, and lets events gather for 100 us in between, as vexevt-capture does: woken
// for each event, a reader costs the writer more than the marks.
class Reader {
 public:
  Reader(int fd, std::function<void()> take)
      : thread_([this, fd, take = std::move(take)] {
          pollfd ready{fd, POLLIN, 0};
          while (!stop_) {
            if (::poll(&ready, 1, 20) <= 0) continue;
            take();
            timespec gather{0, 100'000};
            ::nanosleep(&gather, nullptr);
          }
        }) {}
  ~Reader() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

double Module(bool reads, bool mapped, int writers = 1) {
  int fd = ::open(VEXEVT_DEVICE, O_RDWR | O_NONBLOCK);
  vexevt_setup setup{};
  setup.abi = VEXEVT_ABI;
  setup.normal_bytes = 4 << 20;
  std::strcpy(setup.host, "guest");
  if (fd < 0 || ::ioctl(fd, VEXEVT_IOC_SETUP, &setup) != 0) Fail("setup");
  int top = ::open("/t", O_PATH);
  vexevt_mark mark{top, VEXEVT_OBJECT_FILESYSTEM, VEXEVT_FS_ALL, 0, 0};
  if (::ioctl(fd, VEXEVT_IOC_MARK, &mark) != 0) Fail("mark");
  ::close(top);
  double cost = 0;
  if (!reads) {
    cost = Round(writers);
  } else if (mapped) {
    auto* consumer = static_cast<vexevt_consumer*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    auto* producer = static_cast<vexevt_producer*>(::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 4096));
    {
      Reader reader(fd, [&] {
        __atomic_store_n(&consumer->normal, __atomic_load_n(&producer->normal, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
      });
      cost = Round(writers);
    }
    ::munmap(consumer, 4096);
    ::munmap(producer, 4096);
  } else {
    std::vector<char> buffer(1 << 18);
    Reader reader(fd, [&] {
      if (::read(fd, buffer.data(), buffer.size()) < 0) std::perror("read");
    });
    cost = Round(writers);
  }
  ::close(fd);
  return cost;
}

double Fanotify(bool reads, int writers = 1) {
  int fd = ::fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME_TARGET | FAN_UNLIMITED_QUEUE | FAN_NONBLOCK, 0);
  std::uint64_t mask = FAN_CREATE | FAN_DELETE | FAN_ACCESS | FAN_MODIFY | FAN_ATTRIB | FAN_OPEN | FAN_OPEN_EXEC |
                       FAN_CLOSE_WRITE | FAN_CLOSE_NOWRITE | FAN_RENAME | FAN_ONDIR;
  if (fd < 0 || ::fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, "/t") != 0) Fail("fanotify");
  double cost = 0;
  if (!reads) {
    cost = Round(writers);
  } else {
    std::vector<char> buffer(1 << 18);
    Reader reader(fd, [&] {
      if (::read(fd, buffer.data(), buffer.size()) < 0) std::perror("read");
    });
    cost = Round(writers);
  }
  ::close(fd);
  return cost;
}

double At(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main() {
  ::mkdir("/t", 0755);
  if (::mount("cost", "/t", "tmpfs", 0, nullptr) != 0) Fail("mount");
  struct Kind {
    const char* name;
    std::function<double()> round;
    std::vector<double> costs;
  } kinds[] = {{"unmarked", [] { return Round(1); }, {}},
               {"module, stalled reader", [] { return Module(false, false); }, {}},
               {"fanotify, stalled reader", [] { return Fanotify(false); }, {}},
               {"module, mapped reader", [] { return Module(true, true); }, {}},
               {"module, read()", [] { return Module(true, false); }, {}},
               {"fanotify, read()", [] { return Fanotify(true); }, {}},
               {"4 writers, unmarked", [] { return Round(4); }, {}},
               {"4 writers, module, stalled reader", [] { return Module(false, false, 4); }, {}},
               {"4 writers, fanotify, stalled reader", [] { return Fanotify(false, 4); }, {}},
               {"4 writers, module, mapped reader", [] { return Module(true, true, 4); }, {}},
               {"4 writers, fanotify, read()", [] { return Fanotify(true, 4); }, {}}};
  for (int round = 0; round < kRounds; ++round) {
    for (Kind& kind : kinds) kind.costs.push_back(kind.round());
  }
  std::printf("kind\tmin\tmedian\tp90\tp99\n");
  for (Kind& kind : kinds) {
    std::sort(kind.costs.begin(), kind.costs.end());
    std::printf("%s\t%.0f\t%.0f\t%.0f\t%.0f\n", kind.name, At(kind.costs, 0), At(kind.costs, 0.5), At(kind.costs, 0.9),
                At(kind.costs, 0.99));
  }
}
