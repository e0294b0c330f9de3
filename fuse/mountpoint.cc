#include "fuse/mountpoint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <memory>

namespace vexevt {
namespace {

// The kernel lets no ordinary user unmount, so a program with root's rights does it for him.
bool UnmountByHelper(const std::string& mountpoint, bool lazy) {
  std::string path = mountpoint;
  char name[] = "fusermount3", unmount[] = "-u", quiet[] = "-q", detach[] = "-z", dashes[] = "--";
  char* words[] = {
      name, unmount, quiet, lazy ? detach : dashes, lazy ? dashes : path.data(), lazy ? path.data() : nullptr, nullptr};
  pid_t pid;
  if (::posix_spawnp(&pid, name, nullptr, nullptr, words, environ) != 0) return false;
  int status = -1;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0;
}

}  // namespace

bool Unmount(const std::string& mountpoint, bool lazy) {
  if (::umount2(mountpoint.c_str(), UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0) return true;
  return errno == EPERM && UnmountByHelper(mountpoint, lazy);
}

Result<std::string> PrepareMountpoint(const std::string& path, bool* recovered) {
  *recovered = false;
  // realpath would fail at a dead mount, which is the last component.
  std::string directory = path;
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  struct stat status;
  if (::stat(directory.c_str(), &status) != 0 && errno == ENOTCONN) {
    if (!Unmount(directory, /*lazy=*/true)) {
      return ErrnoStatus(fmt::format("cannot take the dead mount off '{}'", directory), errno);
    }
    *recovered = true;
  }
  std::unique_ptr<char, decltype(&::free)> real(::realpath(directory.c_str(), nullptr), ::free);
  if (real == nullptr) return ErrnoStatus(fmt::format("cannot mount at '{}'", path), errno);
  if (::stat(real.get(), &status) != 0) return ErrnoStatus(fmt::format("cannot mount at '{}'", path), errno);
  if (!S_ISDIR(status.st_mode)) return ErrnoStatus(fmt::format("cannot mount at '{}'", path), ENOTDIR);
  return std::string(real.get());
}

MountIdentity IdentityOf(const std::string& path) {
  struct statx status;
  if (::statx(AT_FDCWD, path.c_str(), AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &status) != 0) return {};
  return {status.stx_dev_major << 20 | status.stx_dev_minor, static_cast<std::uint32_t>(status.stx_mnt_id)};
}

}  // namespace vexevt
