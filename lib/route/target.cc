#include "lib/route/target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace vexevt {
namespace {

constexpr int kPipeBytes = 1 << 20;
constexpr int kSocketBytes = 1 << 20;

// Pipes are opened anew, so that not to wait is our affair alone and not that of everybody who shares the pipe. A file
// keeps its descriptor, for the place in it.
Result<Connection> OpenStandardOutput() {
  struct stat file;
  if (::fstat(STDOUT_FILENO, &file) != 0) return ErrnoStatus("cannot write 'standard output'", errno);
  Connection connection;
  connection.socket = S_ISSOCK(file.st_mode);
  connection.regular = !S_ISFIFO(file.st_mode) && !connection.socket;
  if (S_ISFIFO(file.st_mode)) {
    connection.fd.reset(::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (!connection.fd && errno == ENXIO) return ErrnoStatus("cannot write 'standard output'", EPIPE);
    if (connection.fd) ::fcntl(connection.fd.get(), F_SETPIPE_SZ, kPipeBytes);
  }
  if (!connection.fd) connection.fd.reset(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!connection.fd) return ErrnoStatus("cannot write 'standard output'", errno);
  return connection;
}

Result<Connection> OpenFile(const std::string& path) {
  Connection connection;
  connection.fd.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!connection.fd) {
    return errno == ENXIO ? Unavailable(fmt::format("cannot open '{}': nobody reads it", path))
                          : ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  }
  struct stat file;
  if (::fstat(connection.fd.get(), &file) != 0) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  connection.regular = !S_ISFIFO(file.st_mode);
  if (S_ISFIFO(file.st_mode)) ::fcntl(connection.fd.get(), F_SETPIPE_SZ, kPipeBytes);
  return connection;
}

Result<sockaddr_un> Address(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return InvalidArgument(
        fmt::format("'{}' is no path for a socket: 1 to {} bytes", path, sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<UniqueFd> Socket(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return ErrnoStatus(fmt::format("cannot make a socket for '{}'", path), errno);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBytes, sizeof kSocketBytes);
  return fd;
}

bool NobodyListens(const sockaddr_un& address) {
  UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

Result<Connection> ConnectUnix(const std::string& path) {
  VEXEVT_ASSIGN(sockaddr_un address, Address(path));
  VEXEVT_ASSIGN(UniqueFd fd, Socket(path));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(fmt::format("cannot connect to '{}'", path), errno);
  }
  Connection connection;
  connection.fd = std::move(fd);
  connection.socket = true;
  return connection;
}

// A socket that a process which is no more has left behind is replaced; one that somebody listens on is not.
Result<Connection> ListenUnix(const std::string& path) {
  VEXEVT_ASSIGN(sockaddr_un address, Address(path));
  VEXEVT_ASSIGN(UniqueFd fd, Socket(path));
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  int bound = ::bind(fd.get(), name, sizeof address);
  struct stat file;
  if (bound != 0 && errno == EADDRINUSE && ::lstat(path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode) &&
      NobodyListens(address) && ::unlink(path.c_str()) == 0) {
    bound = ::bind(fd.get(), name, sizeof address);
  }
  if (bound != 0 || ::listen(fd.get(), 1) != 0) return ErrnoStatus(fmt::format("cannot listen on '{}'", path), errno);
  Connection connection;
  connection.fd = std::move(fd);
  connection.socket = true;
  return connection;
}

Result<Connection> Run(const std::string& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(fmt::format("cannot run '{}'", command), errno);
  UniqueFd input(ends[0]);
  Connection connection;
  connection.fd.reset(ends[1]);
  ::fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // this end only: each end has a description of its own
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  std::string text = command, shell = "sh", flag = "-c";
  char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
  int error = ::posix_spawn(&connection.child, "/bin/sh", &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return ErrnoStatus(fmt::format("cannot run '{}'", command), error);
  return connection;
}

int Wait(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace

Result<Target> ParseTarget(std::string_view text) {
  if (text == "-") return Target{TargetKind::kStandardOutput, {}};
  if (text.empty()) return InvalidArgument("an endpoint is wanted: FILE, unix:PATH, unix-listen:PATH, exec:COMMAND, -");
  std::string_view scheme = text.substr(0, text.find(':'));
  if (scheme.size() == text.size() || scheme.find('/') != std::string_view::npos) {
    return Target{TargetKind::kFile, std::string(text)};
  }
  std::string rest(text.substr(scheme.size() + 1));
  if (scheme == "unix" || scheme == "unix-listen") {
    if (auto address = Address(rest); !address.ok()) return std::move(address).status();
    return Target{scheme == "unix" ? TargetKind::kUnix : TargetKind::kUnixListen, std::move(rest)};
  }
  if (scheme == "exec") {
    if (rest.empty()) return InvalidArgument("'exec:' wants a command");
    return Target{TargetKind::kExec, std::move(rest)};
  }
  if (scheme == "ring" || scheme == "journal" || scheme == "nats") {
    return Unsupported(fmt::format("'{}:' is not in this version", scheme));
  }
  return Target{TargetKind::kFile, std::string(text)};
}

Result<Connection> Connect(const Target& target) {
  switch (target.kind) {
    case TargetKind::kStandardOutput:
      return OpenStandardOutput();
    case TargetKind::kUnix:
      return ConnectUnix(target.what);
    case TargetKind::kUnixListen:
      return ListenUnix(target.what);
    case TargetKind::kExec:
      return Run(target.what);
    case TargetKind::kFile:
      break;
  }
  return OpenFile(target.what);
}

Result<Connection> Accept(int listener) {
  Connection connection;
  connection.socket = true;
  do {
    connection.fd.reset(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  } while (!connection.fd && errno == EINTR);
  if (!connection.fd) return Unavailable("nobody connects");
  ::setsockopt(connection.fd.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBytes, sizeof kSocketBytes);
  return connection;
}

Status Disconnect(Connection connection, const Target& target) {
  const std::string name = target.kind == TargetKind::kStandardOutput ? "standard output" : target.what;
  if (::close(connection.fd.release()) != 0) return ErrnoStatus(fmt::format("cannot write '{}'", name), errno);
  if (connection.child < 0) return {};
  int status = Wait(connection.child);
  if (WIFSIGNALED(status)) {
    return Status(StatusCode::kIoError, fmt::format("'{}' was ended by signal {}", name, WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    return Status(StatusCode::kIoError, fmt::format("'{}' exited with {}", name, WEXITSTATUS(status)));
  }
  return {};
}

pid_t Abandon(Connection connection) {
  connection.fd.reset();
  if (connection.child < 0 || Reap(connection.child)) return -1;
  ::kill(connection.child, SIGTERM);
  return connection.child;
}

bool Reap(pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; }

bool LostInFlight(const Connection& connection, int error) {
  if (connection.regular) return false;
  if (!connection.socket) {
    int unread = 0;  // a pipe keeps what nobody has read until its last end is closed
    return ::ioctl(connection.fd.get(), FIONREAD, &unread) != 0 || unread > 0;
  }
  // A Unix socket that is closed with data unread resets its peer; one that has read all does not.
  int pending = 0;
  socklen_t size = sizeof pending;
  ::getsockopt(connection.fd.get(), SOL_SOCKET, SO_ERROR, &pending, &size);
  return pending != 0 || (error != 0 && error != EPIPE);
}

}  // namespace vexevt
