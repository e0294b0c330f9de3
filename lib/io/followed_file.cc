#include "lib/io/followed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/io/full.h"
#include "lib/io/held_up.h"

namespace vexevt {

Result<std::unique_ptr<FollowedFile>> FollowedFile::Open(const std::string& path) {
  std::unique_ptr<FollowedFile> file(new FollowedFile(path));
  file->notices_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!file->notices_) return ErrnoStatus(fmt::format("cannot follow '{}'", path), errno);
  // The directory's watch comes before the file is opened: a replacement is seen, whenever it happens.
  auto slash = path.rfind('/');
  std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (inotify_add_watch(file->notices_.get(), directory.c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
    return ErrnoStatus(fmt::format("cannot follow '{}'", path), errno);
  }
  VEXEVT_TRY(file->OpenNow());
  return file;
}

Status FollowedFile::OpenNow() {
  UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat file;
  if (!fd || fstat(fd.get(), &file) != 0) return ErrnoStatus(fmt::format("cannot open '{}'", path_), errno);
  fd_ = std::move(fd);
  id_ = IdOf(file);
  position_ = 0;
  // By the descriptor, so that it is this file, whatever its name is by now.
  if (watch_ >= 0) inotify_rm_watch(notices_.get(), watch_);
  watch_ = inotify_add_watch(notices_.get(), fmt::format("/proc/self/fd/{}", fd_.get()).c_str(), IN_MODIFY | IN_ATTRIB);
  if (watch_ < 0) return ErrnoStatus(fmt::format("cannot follow '{}'", path_), errno);
  return Status::Ok();
}

Result<std::size_t> FollowedFile::Read(std::span<std::byte> to) {
  for (;;) {
    // Notices are taken before the file is looked at, so that what comes in between wakes us again.
    DrainNotices();
    VEXEVT_ASSIGN(bool more, MoreThere());
    if (more) {
      VEXEVT_ASSIGN(std::size_t got, ReadSome(fd_.get(), to, path_));
      position_ += static_cast<off_t>(got);
      if (got > 0) return got;
    } else {
      pollfd waiting{notices_.get(), POLLIN, 0};
      HeldUp held_up;
      poll(&waiting, 1, -1);
    }
  }
}

Result<bool> FollowedFile::Skip(std::uint64_t bytes) {
  struct stat file;
  if (fstat(fd_.get(), &file) != 0) return ErrnoStatus(fmt::format("cannot read '{}'", path_), errno);
  if (position_ > file.st_size || bytes > static_cast<std::uint64_t>(file.st_size - position_)) return false;
  position_ += static_cast<off_t>(bytes);
  return lseek(fd_.get(), position_, SEEK_SET) >= 0;
}

bool FollowedFile::Ready() {
  DrainNotices();
  auto more = MoreThere();
  return !more.ok() || *more;  // the error is for Read to tell
}

void FollowedFile::DrainNotices() {
  // Only that something happened counts; what, the file itself says.
  alignas(inotify_event) std::byte notices[4096];
  while (::read(notices_.get(), notices, sizeof notices) > 0) {
  }
}

// Whether there is something to read at position_, of the file that now is the one to read.
Result<bool> FollowedFile::MoreThere() {
  struct stat file;
  if (fstat(fd_.get(), &file) != 0) return ErrnoStatus(fmt::format("cannot read '{}'", path_), errno);
  if (file.st_size > position_) return true;
  if (file.st_size < position_) {
    if (lseek(fd_.get(), 0, SEEK_SET) < 0) return ErrnoStatus(fmt::format("cannot read '{}'", path_), errno);
    position_ = 0;
    break_ = "truncated";
    return file.st_size > 0;
  }
  struct stat named;
  if (stat(path_.c_str(), &named) != 0 || IdOf(named) == id_) return false;
  // Whoever writes goes on with the old file until it has opened the new one. So the new one counts once it holds
  // something, and by then nothing is added to the old one.
  inotify_add_watch(notices_.get(), path_.c_str(), IN_MODIFY);
  if (stat(path_.c_str(), &named) != 0 || named.st_size == 0) return false;
  if (fstat(fd_.get(), &file) == 0 && file.st_size > position_) return true;
  VEXEVT_TRY(OpenNow());
  if (break_.empty()) break_ = kReplaced;
  return true;
}

}  // namespace vexevt
