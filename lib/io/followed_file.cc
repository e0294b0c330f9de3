#include "lib/io/followed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/io/full.h"
#include "lib/io/held_up.h"

namespace vexevt {

namespace {

constexpr char kMissing[] = "replaced more than once";

}  // namespace

FollowedFile::FollowedFile(std::string path)
    : path_(std::move(path)),
      directory_(path_.find('/') == std::string::npos ? "./" : path_.substr(0, path_.rfind('/') + 1)),
      history_(path_.substr(path_.rfind('/') + 1)) {}

Result<std::unique_ptr<FollowedFile>> FollowedFile::Open(const std::string& path) {
  std::unique_ptr<FollowedFile> file(new FollowedFile(path));
  file->notices_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!file->notices_) return ErrnoStatus(fmt::format("cannot follow '{}'", path), errno);
  // The directory's watch comes before the file is opened: a replacement is seen, whenever it happens.
  file->directory_watch_ =
      inotify_add_watch(file->notices_.get(), file->directory_.c_str(), NameHistory::kMask | IN_ONLYDIR);
  if (file->directory_watch_ < 0) return ErrnoStatus(fmt::format("cannot follow '{}'", path), errno);
  VEXEVT_ASSIGN(File first, file->OpenFile(path));
  VEXEVT_TRY(file->Watch(std::move(first)));
  return file;
}

Result<FollowedFile::File> FollowedFile::OpenFile(const std::string& path) const {
  File opened{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)), {}};
  struct stat file;
  if (!opened.fd || fstat(opened.fd.get(), &file) != 0)
    return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  opened.id = IdOf(file);
  return opened;
}

Status FollowedFile::Watch(File file) {
  // By the descriptor, so that it is this file, whatever its name is by now.
  std::string name = fmt::format("/proc/self/fd/{}", file.fd.get());
  file.watch = inotify_add_watch(notices_.get(), name.c_str(), IN_MODIFY | IN_ATTRIB);
  if (file.watch < 0) return ErrnoStatus(fmt::format("cannot follow '{}'", path_), errno);
  files_.push_back(std::move(file));
  return {};
}

Result<std::size_t> FollowedFile::Read(std::span<std::byte> to) {
  for (;;) {
    // Notices are taken before the file is looked at, so that what comes in between wakes us again.
    VEXEVT_TRY(FindSuccessors());
    VEXEVT_ASSIGN(bool more, MoreThere());
    if (more) {
      VEXEVT_ASSIGN(std::size_t got, ReadSome(files_.front().fd.get(), to, path_));
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
  int fd = files_.front().fd.get();
  if (fstat(fd, &file) != 0) return ErrnoStatus(fmt::format("cannot read '{}'", path_), errno);
  if (position_ > file.st_size || bytes > static_cast<std::uint64_t>(file.st_size - position_)) return false;
  position_ += static_cast<off_t>(bytes);
  return lseek(fd, position_, SEEK_SET) >= 0;
}

bool FollowedFile::Ready() {
  if (!FindSuccessors().ok()) return true;  // the error is for Read to tell
  auto more = MoreThere();
  return !more.ok() || *more;
}

// False: there were none. Of a file, only that something happened counts; what, it says itself.
bool FollowedFile::DrainNotices() {
  bool any = false;
  alignas(inotify_event) std::byte notices[4096];
  for (ssize_t got; (got = ::read(notices_.get(), notices, sizeof notices)) > 0; any = true) {
    for (std::byte* at = notices; at < notices + got;) {
      const auto* notice = reinterpret_cast<const inotify_event*>(at);
      if ((notice->mask & IN_Q_OVERFLOW) != 0) overflowed_ = true;
      if (notice->wd == directory_watch_ && notice->len > 0) {
        history_.Take(notice->mask, notice->cookie, notice->name);
      }
      at += sizeof *notice + notice->len;
    }
  }
  return any;
}

// Opens what has got the name since. A name is only known to be that of the file if nothing was renamed until it was
// open: else all that is new is looked for again.
Status FollowedFile::FindSuccessors() {
  std::vector<std::optional<File>> found;
  while (DrainNotices()) {
    found.clear();
    std::vector<std::string> names = history_.names();
    if (overflowed_) names.push_back(path_.substr(path_.rfind('/') + 1));
    for (const std::string& name : names) {
      std::optional<File>& file = found.emplace_back();
      if (name.empty()) continue;  // gone
      if (auto opened = OpenFile(directory_ + name); opened.ok()) file = *std::move(opened);
    }
  }
  history_.Forget();
  bool missing = std::exchange(overflowed_, false);
  for (std::optional<File>& file : found) {
    if (!file) {
      missing = true;
    } else if (file->id != files_.back().id) {
      file->after_others = std::exchange(missing, false);
      VEXEVT_TRY(Watch(*std::move(file)));
    }
  }
  return {};
}

// Whether there is something to read at position_, of the file that now is the one to read.
Result<bool> FollowedFile::MoreThere() {
  auto size = [](const File& file) {
    struct stat now;
    return fstat(file.fd.get(), &now) == 0 ? now.st_size : 0;
  };
  for (;;) {
    off_t end = size(files_.front());
    if (end > position_) return true;
    if (end < position_) {
      if (lseek(files_.front().fd.get(), 0, SEEK_SET) < 0) {
        return ErrnoStatus(fmt::format("cannot read '{}'", path_), errno);
      }
      position_ = 0;
      break_ = "truncated";
      continue;
    }
    // Whoever writes goes on with the old file until it has opened the new one. So a new one counts once it, or one
    // after it, holds something, and by then nothing is added to the old one.
    if (std::none_of(files_.begin() + 1, files_.end(), [&](const File& file) { return size(file) > 0; })) return false;
    if (size(files_.front()) > position_) return true;
    inotify_rm_watch(notices_.get(), files_.front().watch);
    files_.pop_front();
    position_ = 0;
    if (files_.front().after_others) break_ = kMissing;
    if (break_.empty()) break_ = kReplaced;
  }
}

}  // namespace vexevt
