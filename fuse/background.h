// Going into the background: the parent waits until the child says that the file system is mounted, or that it failed.
#pragma once

#include <optional>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/cli/exit_code.h"

namespace vexevt {

class Background {
 public:
  // Forks; before any thread is there. In the parent it returns what to exit with, once that is known; in the child
  // nothing, and *background is to be told of it.
  static Result<std::optional<ExitCode>> Enter(Background* background);

  // In the child: it is mounted. Lets go of the terminal.
  void Ready();

 private:
  UniqueFd ready_;
};

}  // namespace vexevt
