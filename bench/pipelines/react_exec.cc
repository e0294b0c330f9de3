// react_exec SOCKET MONO: tells a react_latency, at SOCKET, for how long the event of that monotonic time has waited
// for this to be executed. Linked statically, as its own start counts.
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  if (argc != 3 || std::strlen(argv[1]) >= sizeof to.sun_path) return 2;
  std::strcpy(to.sun_path, argv[1]);
  const std::uint64_t now_ns =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
  const std::uint64_t waited_ns = now_ns - std::strtoull(argv[2], nullptr, 10);
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  return sendto(fd, &waited_ns, sizeof waited_ns, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) ==
                 sizeof waited_ns
             ? 0
             : 1;
}
