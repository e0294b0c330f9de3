#include "lib/io/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace vexevt {
namespace {

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty()) return InvalidArgument("a socket needs a path");
  if (path.size() >= sizeof address.sun_path) {
    return InvalidArgument(
        fmt::format("'{}' is too long for a socket: at most {} bytes", path, sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<UniqueFd> NewSocket(int flags) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!fd) return ErrnoStatus("cannot make a socket", errno);
  return fd;
}

const sockaddr* Generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// The errno of bind, 0 for success.
int Bind(int fd, const sockaddr_un& address) { return bind(fd, Generic(address), sizeof address) == 0 ? 0 : errno; }

// The errno of connect, 0 for success.
int Connect(int fd, const sockaddr_un& address) {
  while (connect(fd, Generic(address), sizeof address) != 0) {
    if (errno == EISCONN) return 0;
    if (errno != EINTR) return errno;
  }
  return 0;
}

// A listener whose file is there, but that has not called listen yet, refuses as one that is dead. It is given a
// moment.
int ConnectPatiently(int fd, const sockaddr_un& address) {
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 10'000'000};
  int error = Connect(fd, address);
  for (int tries = 20; error == ECONNREFUSED && tries > 0; --tries) {
    ::nanosleep(&kPause, nullptr);
    error = Connect(fd, address);
  }
  return error;
}

bool IsStale(const sockaddr_un& address) {
  struct stat file;
  if (lstat(address.sun_path, &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  auto probe = NewSocket(SOCK_NONBLOCK);
  return probe.ok() && ConnectPatiently(probe->get(), address) == ECONNREFUSED;
}

}  // namespace

Result<UniqueFd> ConnectUnix(const std::string& path, int flags) {
  VEXEVT_ASSIGN(sockaddr_un address, AddressOf(path));
  VEXEVT_ASSIGN(UniqueFd fd, NewSocket(flags));
  const bool may_block = (flags & SOCK_NONBLOCK) == 0;
  if (int error = may_block ? ConnectPatiently(fd.get(), address) : Connect(fd.get(), address); error != 0) {
    return ErrnoStatus(fmt::format("cannot connect to '{}'", path), error);
  }
  return fd;
}

Result<UnixListener> UnixListener::Listen(const std::string& path) {
  VEXEVT_ASSIGN(sockaddr_un address, AddressOf(path));
  VEXEVT_ASSIGN(UniqueFd fd, NewSocket(SOCK_NONBLOCK));
  fchmod(fd.get(), 0600);  // on Linux the mode that bind gives the file
  int error = Bind(fd.get(), address);
  if (error == EADDRINUSE && IsStale(address)) {
    unlink(address.sun_path);
    error = Bind(fd.get(), address);
  }
  struct stat file;
  if (error == 0 && (listen(fd.get(), SOMAXCONN) != 0 || stat(address.sun_path, &file) != 0)) error = errno;
  if (error != 0) return ErrnoStatus(fmt::format("cannot listen at '{}'", path), error);
  return UnixListener(std::move(fd), path, file.st_ino);
}

UnixListener::UnixListener(UnixListener&& other) noexcept
    : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, {})), inode_(other.inode_) {}

UnixListener::~UnixListener() {
  // Someone may have replaced the file meanwhile: theirs stays.
  struct stat file;
  if (!path_.empty() && lstat(path_.c_str(), &file) == 0 && file.st_ino == inode_) unlink(path_.c_str());
}

Result<UniqueFd> UnixListener::Accept() {
  for (;;) {
    UniqueFd connection(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection || errno == EAGAIN) return connection;
    if (errno != EINTR && errno != ECONNABORTED) return ErrnoStatus("cannot accept a connection", errno);
  }
}

}  // namespace vexevt
