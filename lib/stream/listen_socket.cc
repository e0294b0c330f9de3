#include "lib/stream/listen_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

namespace vexevt {

Result<UnixListener> ListenAt(const std::string& path) {
  int count = sd_listen_fds(/*unset_environment=*/0);
  for (int i = 0; i < count; ++i) {
    int fd = SD_LISTEN_FDS_START + i;
    if (sd_is_socket_unix(fd, SOCK_STREAM, /*listening=*/1, path.c_str(), 0) <= 0) continue;
    UniqueFd ours(fcntl(fd, F_DUPFD_CLOEXEC, SD_LISTEN_FDS_START + count));
    if (!ours) continue;
    fcntl(ours.get(), F_SETFL, fcntl(ours.get(), F_GETFL) | O_NONBLOCK);
    return UnixListener::Adopt(std::move(ours));
  }
  return UnixListener::Listen(path);
}

}  // namespace vexevt
