#include "lib/io/byte_sink.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/io/full.h"

namespace vexevt {

namespace {

// Takes the last `bytes` off a file, unless somebody has written behind them.
void TakeBack(int fd, std::size_t bytes) {
  struct stat file;
  off_t end = ::lseek(fd, 0, SEEK_CUR), start = end - static_cast<off_t>(bytes);
  if (::fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size != end) return;
  if (::ftruncate(fd, start) == 0) ::lseek(fd, start, SEEK_SET);
}

}  // namespace

Status FdSink::Write(std::span<const std::byte> bytes) {
  std::size_t written;
  Status status = WriteAll(fd_.get(), bytes, name_, &written);
  if (!status.ok() && written > 0) TakeBack(fd_.get(), written);
  return status;
}

Status FdSink::Sync() {
  // EINVAL, EROFS: it is no file of a disk.
  if (fdatasync(fd_.get()) == 0 || errno == EINVAL || errno == EROFS) return {};
  return ErrnoStatus(fmt::format("cannot write '{}'", name_), errno);
}

bool FdSink::ends_stream() const {
  struct stat file;
  return fstat(fd_.get(), &file) == 0 && !S_ISFIFO(file.st_mode) && !S_ISSOCK(file.st_mode);
}

Status FdSink::Close() {
  // On Linux the descriptor is gone even where close was interrupted: there is nothing to try again.
  if (fd_ && ::close(fd_.release()) != 0 && errno != EINTR) {
    return ErrnoStatus(fmt::format("cannot write '{}'", name_), errno);
  }
  return Status::Ok();
}

}  // namespace vexevt
