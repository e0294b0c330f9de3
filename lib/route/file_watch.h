// FileWatch: whether a file was written or replaced. It watches the folder, since editors and configuration tools put a
// new file in the place of the old one. Not thread-safe.
#pragma once

#include <string>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class FileWatch {
 public:
  static Result<FileWatch> Start(const std::string& path);

  // Readable once something happened in the folder: then ask.
  int fd() const { return inotify_.get(); }

  // Whether the file was closed after writing, or another took its place, since the last call.
  bool TakeChange();

 private:
  FileWatch(UniqueFd inotify, std::string name) : inotify_(std::move(inotify)), name_(std::move(name)) {}

  UniqueFd inotify_;
  std::string name_;  // within the folder
};

}  // namespace vexevt
