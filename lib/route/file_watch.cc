#include "lib/route/file_watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace vexevt {

Result<FileWatch> FileWatch::Start(const std::string& path) {
  UniqueFd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  std::filesystem::path file(path);
  std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  if (!inotify || ::inotify_add_watch(inotify.get(), folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
    return ErrnoStatus(fmt::format("cannot watch '{}'", folder), errno);
  }
  return FileWatch(std::move(inotify), file.filename().string());
}

bool FileWatch::TakeChange() {
  bool changed = false;
  alignas(inotify_event) char buffer[8192];
  for (;;) {
    ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) return changed;
    for (const char* at = buffer; at < buffer + got;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      // The name is padded with zeros.
      changed |= (event.mask & IN_Q_OVERFLOW) != 0 || (event.len > 0 && name_ == at + sizeof event);
      at += sizeof event + event.len;
    }
  }
}

}  // namespace vexevt
