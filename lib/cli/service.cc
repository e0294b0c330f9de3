#include "lib/cli/service.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace vexevt {
namespace {

std::uint64_t NumberFrom(const char* variable) {
  const char* text = std::getenv(variable);
  std::uint64_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

}  // namespace

ServiceNotifier::ServiceNotifier() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address = {.sun_family = AF_UNIX};
  if (path == nullptr || (*path != '/' && *path != '@')) return;
  std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (*path == '@') address.sun_path[0] = '\0';  // a name in the abstract namespace
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return;
  socket_ = std::move(fd);

  std::uint64_t pid = NumberFrom("WATCHDOG_PID");
  if (pid == 0 || pid == static_cast<std::uint64_t>(::getpid())) watchdog_ns_ = NumberFrom("WATCHDOG_USEC") * 1000;
}

void ServiceNotifier::Send(std::string_view state) const {
  if (!active()) return;
  [[maybe_unused]] ssize_t sent = ::send(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace vexevt
