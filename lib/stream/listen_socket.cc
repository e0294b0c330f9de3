#include "lib/stream/listen_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace vexevt {
namespace {

// sd_listen_fds(3): LISTEN_FDS descriptors from 3 on, if LISTEN_PID is us. Read here rather than by libsystemd, which
// with the seven libraries that it needs adds 0.5 ms to the start of every tool.
constexpr int kFirstPassed = 3;

int NumberFrom(const char* variable) {
  const char* text = std::getenv(variable);
  int number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

int CountPassed() { return NumberFrom("LISTEN_PID") == ::getpid() ? NumberFrom("LISTEN_FDS") : 0; }

bool ListensAt(int fd, const std::string& path) {
  auto option = [fd](int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
  };
  sockaddr_un address = {};
  socklen_t size = sizeof address;
  if (option(SO_TYPE) != SOCK_STREAM || option(SO_ACCEPTCONN) != 1) return false;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sun_family != AF_UNIX)
    return false;
  std::size_t length = size - offsetof(sockaddr_un, sun_path);
  return path == std::string_view(address.sun_path, ::strnlen(address.sun_path, length));
}

}  // namespace

Result<UnixListener> ListenAt(const std::string& path) {
  int count = CountPassed();
  for (int fd = kFirstPassed; fd < kFirstPassed + count; ++fd) {
    if (!ListensAt(fd, path)) continue;
    UniqueFd ours(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstPassed + count));
    if (!ours) continue;
    ::fcntl(ours.get(), F_SETFL, ::fcntl(ours.get(), F_GETFL) | O_NONBLOCK);
    return UnixListener::Adopt(std::move(ours));
  }
  return UnixListener::Listen(path);
}

}  // namespace vexevt
