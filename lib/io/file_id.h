// FileId: which file a file is, whatever its name.
#pragma once

#include <sys/stat.h>

namespace vexevt {

struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileId&) const = default;
};

inline FileId IdOf(const struct stat& file) { return {file.st_dev, file.st_ino}; }

}  // namespace vexevt
