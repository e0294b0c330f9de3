// window_latency event|timer GROUPS COMMAND: how long after a window is over its results are at the reader.
//
// Runs COMMAND with sh -c, a vexevt-stats that counts by pid in windows of a second from standard input and writes a
// line for each group. Each window gets an event of every group; once the command has been idle for 2 ms it is over:
//   event   another event comes whose time is behind its end (--clock event);
//   timer   nothing more comes, and what is left of its time goes by (--clock wall).
// Prints median, p99 and maximum, from then to the last line, in microseconds.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/event/encode.h"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kWarmUp = 20, kRuns = 500;
constexpr std::uint64_t kMs = 1'000'000, kWindowNs = 1000 * kMs;
constexpr std::chrono::microseconds kLeft(5300);  // of a window, after its last event: no whole milliseconds

struct Command {
  int input, output;

  void Write(std::uint64_t wall_ns, std::uint32_t first_pid, std::uint32_t end_pid) const {
    static std::uint64_t sequence = 0;
    std::vector<std::byte> frames;
    vexevt::Event event;
    event.boundary = vexevt::Boundary::kKernel;
    event.type = vexevt::kFsWrite;
    event.flags = vexevt::kFlagStat;
    event.comm = "bench";
    event.wall_ns = wall_ns;
    event.payload = vexevt::FsPayload{.path = "/srv/data", .size = 4096};
    for (event.pid = first_pid; event.pid < end_pid; ++event.pid) {
      event.id = {77, ++sequence};
      vexevt::AppendFrame(event, &frames);
    }
    for (std::size_t at = 0; at < frames.size();) {
      const ssize_t size = write(input, frames.data() + at, frames.size() - at);
      if (size < 0) std::exit((std::fputs("window_latency: the command has gone\n", stderr), 3));
      at += static_cast<std::size_t>(size);
    }
  }

  void AwaitLines(std::uint32_t lines) const {
    char chunk[65536];
    while (lines > 0) {
      const ssize_t size = read(output, chunk, sizeof chunk);
      if (size <= 0) std::exit((std::fputs("window_latency: the command ended\n", stderr), 3));
      lines -= static_cast<std::uint32_t>(std::count(chunk, chunk + size, '\n'));
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  const bool timer = argc == 4 && std::string_view(argv[1]) == "timer";
  if (argc != 4 || (!timer && std::string_view(argv[1]) != "event"))
    return std::fputs("usage: window_latency event|timer GROUPS COMMAND\n", stderr), 2;
  const auto groups = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  int in[2], out[2];
  if (pipe(in) != 0 || pipe(out) != 0) return 3;
  const pid_t child = fork();
  if (child == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
    execl("/bin/sh", "sh", "-c", argv[3], nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  const Command command{in[1], out[0]};

  std::vector<double> us;
  std::uint64_t begin_ns = 1'800'000'000'000 * kMs;
  for (int run = 0; run < kWarmUp + kRuns; ++run, begin_ns += kWindowNs) {
    command.Write(begin_ns, 2, groups + 1);
    std::this_thread::sleep_for(milliseconds(2));
    Clock::time_point over = Clock::now();
    if (timer) over += kLeft;
    command.Write(timer ? begin_ns + kWindowNs - static_cast<std::uint64_t>(kLeft.count()) * 1000 : begin_ns, 1, 2);
    if (!timer) {
      std::this_thread::sleep_for(milliseconds(2));
      over = Clock::now();
      command.Write(begin_ns + kWindowNs, 1, 2);
    }
    command.AwaitLines(groups);
    if (run >= kWarmUp) us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - over).count());
  }
  close(command.input);
  waitpid(child, nullptr, 0);
  std::sort(us.begin(), us.end());
  std::printf("%.1f %.1f %.1f\n", us[kRuns / 2], us[kRuns * 99 / 100], us.back());
  return 0;
}
