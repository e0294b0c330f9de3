#include "lib/react/orphans.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace vexevt {

Status AdoptOrphans() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return ErrnoStatus("cannot adopt orphans", errno);
  return {};
}

void ReapOrphans(const std::function<bool(pid_t pid)>& is_child) {
  for (;;) {
    siginfo_t ended = {};
    if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 || ended.si_pid == 0) return;
    // One of our own is first: the others are looked at once it has been waited for.
    if (is_child(ended.si_pid) || ::getsid(ended.si_pid) == ::getsid(0)) return;
    ::waitid(P_PID, static_cast<id_t>(ended.si_pid), &ended, WEXITED | WNOHANG);
  }
}

}  // namespace vexevt
