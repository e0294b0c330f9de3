// The socket of an endpoint unix-listen:PATH.
#pragma once

#include <string>

#include "lib/io/unix_socket.h"

namespace vexevt {

// The one that systemd passed for `path` (sd_listen_fds), or a new one.
Result<UnixListener> ListenAt(const std::string& path);

}  // namespace vexevt
