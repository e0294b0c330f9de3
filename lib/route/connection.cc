#include "lib/route/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/clock.h"
#include "lib/io/held_up.h"
#include "lib/io/unix_socket.h"

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

Result<Connection> StartCommand(const std::string& command) {
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

// How often a ring that is full is tried again.
constexpr long kRingRetryNs = kNsPerMs;

Result<Connection> OpenRing(const std::string& text) {
  VEXEVT_ASSIGN(RingName name, ParseRingName(text));
  Connection connection;
  VEXEVT_ASSIGN(connection.ring, RingWriter::Open(name));
  connection.fd.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!connection.fd) return ErrnoStatus(fmt::format("cannot open '{}'", name.path), errno);
  return connection;
}

int Wait(pid_t child) {
  HeldUp held_up;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace

Result<Connection> Connect(const EndpointName& endpoint) {
  switch (endpoint.kind) {
    case EndpointKind::kStandard:
      return OpenStandardOutput();
    case EndpointKind::kExec:
      return StartCommand(endpoint.rest);
    case EndpointKind::kRing:
      return OpenRing(endpoint.rest);
    case EndpointKind::kUnix: {
      VEXEVT_ASSIGN(UniqueFd socket, ConnectUnix(endpoint.rest, SOCK_NONBLOCK));
      return Accepted(std::move(socket));
    }
    default:
      return OpenFile(endpoint.rest);
  }
}

void WaitForRing(const Connection& connection) {
  const itimerspec once{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = kRingRetryNs}};
  ::timerfd_settime(connection.fd.get(), 0, &once, nullptr);
}

Connection Accepted(UniqueFd socket) {
  Connection connection;
  connection.fd = std::move(socket);
  connection.socket = true;
  ::setsockopt(connection.fd.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBytes, sizeof kSocketBytes);
  return connection;
}

Status Disconnect(Connection connection, const EndpointName& endpoint) {
  const std::string name = endpoint.kind == EndpointKind::kStandard ? "standard output" : endpoint.rest;
  if (connection.ring) return connection.ring->Close();
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
