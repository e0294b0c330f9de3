#include "lib/io/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/io/full.h"
#include "lib/io/held_up.h"

namespace vexevt {
namespace {

// As large as an unprivileged process may have it; fewer wake-ups.
constexpr int kChildPipeBytes = 1 << 20;

// posix_spawn's arguments, freed in any case.
struct Spawn {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  Spawn() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Result<Child> Child::Start(const std::string& command, Pipe direction) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(fmt::format("cannot run '{}'", command), errno);
  UniqueFd reading(ends[0]), writing(ends[1]);
  fcntl(reading.get(), F_SETPIPE_SZ, kChildPipeBytes);  // at the user's limit: works as it is
  bool input = direction == Pipe::kItsInput;
  UniqueFd& theirs = input ? reading : writing;
  // dup2 onto itself would leave close-on-exec set: possible where our own standard input or output is closed.
  int target = input ? STDIN_FILENO : STDOUT_FILENO;
  if (theirs.get() == target) theirs.reset(fcntl(target, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));

  Spawn spawn;
  posix_spawn_file_actions_adddup2(&spawn.actions, theirs.get(), target);
  std::string shell = "sh", flag = "-c", text = command;
  char* argv[] = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t pid = 0;
  int error = posix_spawn(&pid, "/bin/sh", &spawn.actions, &spawn.attributes, argv, environ);
  if (error != 0) return ErrnoStatus(fmt::format("cannot run '{}'", command), error);
  return Child(command, pid, std::move(input ? writing : reading));
}

Child::Child(std::string command, pid_t pid, UniqueFd pipe)
    : command_(std::move(command)), pid_(pid), pipe_(std::move(pipe)) {}

Child::Child(Child&& other) noexcept
    : command_(std::move(other.command_)), pid_(std::exchange(other.pid_, 0)), pipe_(std::move(other.pipe_)) {}

Child::~Child() {
  pipe_.reset();
  if (pid_ != 0) waitpid(pid_, nullptr, WNOHANG);
}

Status Child::Wait() {
  if (pid_ == 0) return Status::Ok();
  HeldUp held_up;
  int state = 0;
  while (waitpid(pid_, &state, 0) < 0) {
    if (errno != EINTR) return ErrnoStatus(fmt::format("cannot wait for 'exec:{}'", command_), errno);
  }
  pid_ = 0;
  if (WIFSIGNALED(state)) {
    return {StatusCode::kIoError,
            fmt::format("'exec:{}' was ended by a signal: {}", command_, strsignal(WTERMSIG(state)))};
  }
  if (WEXITSTATUS(state) != 0) {
    return {StatusCode::kIoError, fmt::format("'exec:{}' exited with status {}", command_, WEXITSTATUS(state))};
  }
  return Status::Ok();
}

Result<std::size_t> ChildSource::Read(std::span<std::byte> to) {
  VEXEVT_ASSIGN(std::size_t got, ReadSome(child_.fd(), to, name_));
  if (got == 0) VEXEVT_TRY(child_.Wait());
  return got;
}

bool ChildSource::Ready() {
  pollfd waiting{child_.fd(), POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

Status ChildSink::Write(std::span<const std::byte> bytes) { return WriteAll(child_.fd(), bytes, name_); }

Status ChildSink::Close() {
  child_.ClosePipe();
  return child_.Wait();
}

}  // namespace vexevt
