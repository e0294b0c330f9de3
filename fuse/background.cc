#include "fuse/background.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace vexevt {

Result<std::optional<ExitCode>> Background::Enter(Background* background) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus("cannot go into the background", errno);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  pid_t child = ::fork();
  if (child < 0) return ErrnoStatus("cannot go into the background", errno);
  if (child == 0) {
    ::setsid();
    background->ready_ = std::move(write_end);
    return std::optional<ExitCode>();
  }
  write_end.reset();
  char byte;
  ssize_t size;
  while ((size = ::read(read_end.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  if (size == 1) return std::optional(ExitCode::kDone);
  int status = 0;
  ::waitpid(child, &status, 0);  // it has said why
  return std::optional(WIFEXITED(status) ? static_cast<ExitCode>(WEXITSTATUS(status)) : ExitCode::kFailed);
}

void Background::Ready() {
  if (!ready_) return;
  UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null.get(), fd);
  [[maybe_unused]] int changed = ::chdir("/");
  [[maybe_unused]] ssize_t written = ::write(ready_.get(), "", 1);
  ready_.reset();
}

}  // namespace vexevt
