#include "lib/io/byte_sink.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/io/full.h"

namespace vexevt {

Status FdSink::Write(std::span<const std::byte> bytes) { return WriteAll(fd_.get(), bytes, name_); }

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
