#include "lib/capture/mount_news.h"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>

namespace vexevt {

Result<MountNews> MountNews::Open() {
  MountNews news;
  for (UniqueFd* mounts : {&news.wake_, &news.changed_}) {
    mounts->reset(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    if (!*mounts) return ErrnoStatus("cannot open '/proc/self/mountinfo'", errno);
  }
  return news;
}

bool MountNews::Take() {
  pollfd mounts{changed_.get(), POLLPRI, 0};
  return ::poll(&mounts, 1, 0) > 0 && (mounts.revents & POLLPRI) != 0;
}

}  // namespace vexevt
