#include "lib/io/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/io/full.h"
#include "lib/io/held_up.h"

namespace vexevt {
namespace {

// The most that an unprivileged process may have; fewer wake-ups for whoever writes.
constexpr int kPipeBytes = 1 << 20;

}  // namespace

Result<bool> ByteSource::Skip(std::uint64_t bytes) {
  std::vector<std::byte> left_out(std::size_t{64} << 10);
  while (bytes > 0) {
    if (!Ready()) return false;
    VEXEVT_ASSIGN(std::size_t got,
                  Read(std::span(left_out).first(static_cast<std::size_t>(std::min(bytes, left_out.size())))));
    if (got == 0 || !TakeBreak().empty()) return false;
    bytes -= got;
  }
  return true;
}

FdSource::FdSource(UniqueFd fd, std::string name, bool unwritten)
    : fd_(std::move(fd)), name_(std::move(name)), unwritten_(unwritten) {
  struct stat file;
  if (fstat(fd_.get(), &file) != 0) return;
  if (S_ISFIFO(file.st_mode)) fcntl(fd_.get(), F_SETPIPE_SZ, kPipeBytes);  // at the user's limit: works as it is
  if (S_ISREG(file.st_mode)) file_ = IdOf(file);
}

Result<std::size_t> FdSource::Read(std::span<std::byte> to) {
  if (std::exchange(unwritten_, false)) {
    // Unlike read, poll knows a pipe that was never written from one whose writers have gone.
    pollfd waiting{fd_.get(), POLLIN, 0};
    HeldUp held_up;
    poll(&waiting, 1, -1);
  }
  VEXEVT_ASSIGN(std::size_t got, ReadSome(fd_.get(), to, name_));
  drained_ = got > 0 && got < to.size() && !file_;
  return got;
}

bool FdSource::Ready() {
  // Less than was asked for: nothing more was there, which saves a system call each time a reader has caught up.
  if (std::exchange(drained_, false)) return false;
  pollfd waiting{fd_.get(), POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

Result<bool> FdSource::Skip(std::uint64_t bytes) {
  if (!file_) return ByteSource::Skip(bytes);
  struct stat file;
  off_t now = lseek(fd_.get(), 0, SEEK_CUR);
  if (now < 0 || fstat(fd_.get(), &file) != 0) return ErrnoStatus(fmt::format("cannot read '{}'", name_), errno);
  if (now > file.st_size || bytes > static_cast<std::uint64_t>(file.st_size - now)) return false;
  return lseek(fd_.get(), static_cast<off_t>(bytes), SEEK_CUR) >= 0;
}

}  // namespace vexevt
