#include "lib/capture/command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace vexevt {
namespace {

constexpr int kCannotExecute = 126;

// Between fork and exec: only what is async-signal-safe.
[[noreturn]] void RunChild(int go, int failure, char* const* arguments) {
  char byte;
  ssize_t got;
  do {
    got = ::read(go, &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(kCannotExecute);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD}) ::signal(signal, SIG_DFL);
  ::execvp(arguments[0], arguments);
  int error = errno;
  [[maybe_unused]] ssize_t put = ::write(failure, &error, sizeof error);
  ::_exit(kCannotExecute);
}

Status MakePipe(UniqueFd* in, UniqueFd* out) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) return ErrnoStatus("cannot make a pipe", errno);
  in->reset(fds[0]);
  out->reset(fds[1]);
  return Status::Ok();
}

}  // namespace

Result<Command> Command::Prepare(std::vector<std::string> arguments) {
  if (arguments.empty()) return InvalidArgument("no command is given");
  Command command;
  command.name_ = arguments.front();
  UniqueFd go, failure;
  VEXEVT_TRY(MakePipe(&go, &command.go_));
  VEXEVT_TRY(MakePipe(&command.failure_, &failure));
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return ErrnoStatus("cannot adopt orphans", errno);

  command.pid_ = ::fork();
  if (command.pid_ < 0) return ErrnoStatus("cannot fork", errno);
  if (command.pid_ == 0) {
    ::close(command.go_.get());  // else the child would keep its own pipe open, and wait for ever
    RunChild(go.get(), failure.get(), pointers.data());
  }
  command.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, command.pid_, 0)));
  if (!command.pidfd_) return ErrnoStatus("cannot open a descriptor of '" + command.name_ + "'", errno);
  return command;
}

Command::Command(Command&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, 0)),
      pidfd_(std::move(other.pidfd_)),
      go_(std::move(other.go_)),
      failure_(std::move(other.failure_)) {}

Command::~Command() {
  bool waits = static_cast<bool>(go_);
  go_.reset();
  if (pid_ > 0 && waits) ::waitpid(pid_, nullptr, 0);
}

Status Command::Start() {
  char byte = 0;
  if (::write(go_.get(), &byte, 1) != 1) return ErrnoStatus("cannot start '" + name_ + "'", errno);
  go_.reset();
  int error = 0;
  ssize_t got;
  do {
    got = ::read(failure_.get(), &error, sizeof error);  // ends with exec, which closes the child's side
  } while (got < 0 && errno == EINTR);
  failure_.reset();
  if (got == 0) return Status::Ok();
  ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  return ErrnoStatus("cannot run '" + name_ + "'", error);
}

Result<int> Command::Wait() {
  int status = 0;
  pid_t ended;
  do {
    ended = ::waitpid(pid_, &status, 0);
  } while (ended < 0 && errno == EINTR);
  if (ended < 0) return ErrnoStatus("cannot wait for '" + name_ + "'", errno);
  pid_ = 0;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace vexevt
