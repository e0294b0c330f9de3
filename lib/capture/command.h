// Command: the process that `vexevt-capture -- COMMAND` watches. It exists, and so has a pid, before it runs: capture
// is set up between Prepare and Start, and misses nothing.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class Command {
 public:
  // Forks a child that waits for Start. It shares our standard streams, and has no signal blocked or ignored.
  // Descendants that it leaves behind become children of this process (PR_SET_CHILD_SUBREAPER).
  static Result<Command> Prepare(std::vector<std::string> arguments);

  Command(Command&& other) noexcept;
  Command& operator=(Command&&) = delete;
  ~Command();  // a child that was not started ends; one that was goes on

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }  // readable (POLLIN) when it has ended

  // Has the child execute the command, found by PATH. kNotFound or kPermissionDenied where it cannot be executed.
  Status Start();

  // Waits for the end: its exit status, or 128 + N where signal N ended it.
  Result<int> Wait();

 private:
  Command() = default;

  std::string name_;
  pid_t pid_ = 0;                  // 0: it was waited for
  UniqueFd pidfd_, go_, failure_;  // a byte in go_ starts it; failure_ gives the errno of exec
};

}  // namespace vexevt
