#include "lib/io/disk_space.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <cerrno>

namespace vexevt {

Result<DiskSpace> ReadDiskSpace(const std::string& path) {
  struct statvfs stat;
  if (statvfs(path.c_str(), &stat) != 0) {
    return ErrnoStatus(fmt::format("cannot look at the file system of '{}'", path), errno);
  }
  const std::uint64_t used = stat.f_blocks - stat.f_bfree;
  return DiskSpace{.size = (used + stat.f_bavail) * stat.f_frsize, .used = used * stat.f_frsize};
}

}  // namespace vexevt
