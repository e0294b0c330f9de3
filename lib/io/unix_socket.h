// Unix stream sockets in the file system.
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

// kUnavailable where the socket's file is there but nobody listens, nor begins to within 0.2 s. With SOCK_NONBLOCK in
// `flags` the socket does not block, nor does this: neither for that, nor where as many connections as the listener
// allows wait to be accepted.
Result<UniqueFd> ConnectUnix(const std::string& path, int flags = 0);

// A socket that listens at `path`, mode 0600 less the umask. A socket file that nobody listens at any more is replaced.
// Its file goes when this does.
class UnixListener {
 public:
  static Result<UnixListener> Listen(const std::string& path);
  // Of systemd's socket activation, say: its file is not ours to remove.
  static UnixListener Adopt(UniqueFd fd) { return UnixListener(std::move(fd), {}, 0); }

  UnixListener(UnixListener&& other) noexcept;
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener();

  int fd() const { return fd_.get(); }

  // The next connection; no descriptor where none is waiting.
  Result<UniqueFd> Accept();

 private:
  UnixListener(UniqueFd fd, std::string path, ino_t inode)
      : fd_(std::move(fd)), path_(std::move(path)), inode_(inode) {}

  UniqueFd fd_;
  std::string path_;  // empty: not ours
  ino_t inode_;
};

}  // namespace vexevt
