#include "lib/react/nudge.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vexevt {
namespace {

std::string PathIn(const std::string& folder) { return folder + "/nudge"; }

}  // namespace

Result<UniqueFd> OpenNudges(const std::string& folder) {
  const std::string path = PathIn(folder);
  if (::mkfifo(path.c_str(), 0600) < 0 && errno != EEXIST)
    return ErrnoStatus(fmt::format("cannot make '{}'", path), errno);
  // Also for writing, so that it has no end when a writer goes.
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  struct stat found;
  if (::fstat(fd.get(), &found) < 0 || !S_ISFIFO(found.st_mode))
    return DataLoss(fmt::format("'{}' is no named pipe", path));
  return fd;
}

bool TakeNudges(int fd) {
  char bytes[64];
  bool any = false;
  while (::read(fd, bytes, sizeof bytes) > 0) any = true;
  return any;
}

bool Nudge(const std::string& folder) {
  UniqueFd fd(::open(PathIn(folder).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  // A full pipe is a nudge that was not taken yet.
  return fd && (::write(fd.get(), "!", 1) == 1 || errno == EAGAIN);
}

}  // namespace vexevt
