// react_latency RATE TRIGGERS SECONDS COMMAND: how long after an event has arrived at vexevt-react its action is
// executed.
//
// Runs COMMAND with sh -c, a vexevt-react that reads standard input and whose workflow, set off by fs.delete, runs
// "react_exec SOCKET {mono}", and writes RATE events a second into it, of which TRIGGERS are deletes. What is
// executed says at once for how long its event has waited. Prints count, median, p99 and maximum in microseconds.
//
// The socket is $REACT_LATENCY_SOCKET.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lib/event/encode.h"

namespace {

std::uint64_t Now() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

sockaddr_un AddressOf(const char* path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  return address;
}

// Waits `timeout_ms` for the first, and for no other.
void Collect(int fd, int timeout_ms, std::vector<std::uint64_t>* ages) {
  pollfd waiting{fd, POLLIN, 0};
  for (; poll(&waiting, 1, timeout_ms) > 0; timeout_ms = 0) {
    std::uint64_t age;
    if (recv(fd, &age, sizeof age, 0) == sizeof age) ages->push_back(age);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* path = std::getenv("REACT_LATENCY_SOCKET");
  if (argc != 5 || path == nullptr)
    return std::fputs("usage: react_latency RATE TRIGGERS SECONDS COMMAND\n", stderr), 2;
  const auto rate = std::strtoull(argv[1], nullptr, 10), triggers = std::strtoull(argv[2], nullptr, 10),
             seconds = std::strtoull(argv[3], nullptr, 10);
  const sockaddr_un address = AddressOf(path);
  const int socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int ends[2];
  if (bind(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || pipe(ends) != 0) return 3;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl("/bin/sh", "sh", "-c", argv[4], nullptr);
    _exit(127);
  }
  close(ends[0]);

  std::vector<std::uint64_t> ages;
  std::vector<std::byte> frames;
  vexevt::Event event;
  event.id.source = 77;
  event.boundary = vexevt::Boundary::kKernel;
  const std::uint64_t start = Now();
  // Every millisecond those that are due since.
  for (std::uint64_t sent = 0; sent < rate * seconds;) {
    const std::uint64_t due = std::min((Now() - start) * rate / 1'000'000'000, rate * seconds);
    frames.clear();
    for (; sent < due; ++sent) {
      const bool trigger = sent * triggers / rate != (sent + 1) * triggers / rate;
      const std::string name = "/srv/" + std::to_string(sent);
      event.id.sequence = sent + 1;
      event.type = trigger ? vexevt::kFsDelete : vexevt::kFsCreate;
      event.payload = vexevt::FsPayload{.path = name};
      event.mono_ns = Now();
      event.wall_ns = 1'800'000'000'000'000'000 + event.mono_ns;
      vexevt::AppendFrame(event, &frames);
    }
    for (std::size_t at = 0; at < frames.size();) {
      const ssize_t size = write(ends[1], frames.data() + at, frames.size() - at);
      if (size < 0) return std::fputs("react_latency: the command has gone\n", stderr), 3;
      at += static_cast<std::size_t>(size);
    }
    Collect(socket_fd, 1, &ages);
  }
  close(ends[1]);
  // Those that are executed last wait until they are heard.
  while (waitpid(child, nullptr, WNOHANG) == 0) Collect(socket_fd, 1, &ages);
  Collect(socket_fd, 0, &ages);
  unlink(path);
  if (ages.empty()) return std::fputs("react_latency: nothing was executed\n", stderr), 3;
  std::sort(ages.begin(), ages.end());
  const auto at = [&](double share) {
    return static_cast<double>(ages[static_cast<std::size_t>(share * static_cast<double>(ages.size() - 1))]) / 1000;
  };
  std::printf("%zu %.1f %.1f %.1f\n", ages.size(), at(0.5), at(0.99), at(1));
  return 0;
}
