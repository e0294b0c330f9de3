// latency DIRECTORY COMMAND: how long after a file was made the last tool of an idle pipeline has told of it.
//
// Runs COMMAND with sh -c, waits for its first output, then makes a file in DIRECTORY again and again, each time after
// the pipeline has been idle for 2 ms, and measures the time from before creat(2) to the first byte that COMMAND
// writes. Prints min, median, p90 and p99 in microseconds.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr int kWarmUp = 50, kRuns = 1000;

bool Readable(int fd, int timeout_ms) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, timeout_ms) > 0;
}

// Reads until nothing more comes for 2 ms; false at the end of the stream.
bool Drain(int fd) {
  char chunk[65536];
  while (Readable(fd, 2)) {
    if (read(fd, chunk, sizeof chunk) <= 0) return false;
  }
  return true;
}

int End(pid_t child, int status, const char* why) {
  kill(-child, SIGTERM);
  waitpid(child, nullptr, 0);
  std::fputs(why, stderr);
  return status;
}

void MakeFile(const std::string& directory, int number) {
  // New also where an earlier run left its files.
  std::string path = directory + "/" + std::to_string(getpid()) + "-" + std::to_string(number);
  close(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: latency DIRECTORY COMMAND\n", stderr), 2;
  std::string directory = argv[1];
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return 3;
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    dup2(ends[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", argv[2], nullptr);
    _exit(127);
  }
  setpgid(child, child);
  close(ends[1]);

  int number = 0;
  do {
    if (number == 1000) return End(child, 3, "latency: the pipeline tells nothing\n");
    MakeFile(directory, number++);
  } while (!Readable(ends[0], 10));
  std::vector<double> us;
  for (int run = 0; run < kWarmUp + kRuns; ++run) {
    if (!Drain(ends[0])) return End(child, 3, "latency: the pipeline ended\n");
    auto start = std::chrono::steady_clock::now();
    MakeFile(directory, number++);
    if (!Readable(ends[0], 5000)) return End(child, 3, "latency: an event did not come\n");
    auto end = std::chrono::steady_clock::now();
    if (run >= kWarmUp) us.push_back(std::chrono::duration<double, std::micro>(end - start).count());
  }
  std::sort(us.begin(), us.end());
  std::printf("%.1f %.1f %.1f %.1f\n", us[0], us[kRuns / 2], us[kRuns * 9 / 10], us[kRuns * 99 / 100]);
  return End(child, 0, "");
}
