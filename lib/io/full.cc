#include "lib/io/full.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/unique_fd.h"
#include "lib/io/held_up.h"

namespace vexevt {

Result<std::size_t> ReadSome(int fd, std::span<std::byte> to, std::string_view name) {
  HeldUp held_up;
  for (;;) {
    ssize_t got = ::read(fd, to.data(), to.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN) {
      pollfd ready{fd, POLLIN, 0};
      poll(&ready, 1, -1);
    } else if (errno == EBADF) {
      return Status(StatusCode::kIoError, fmt::format("cannot read '{}': it is closed", name));
    } else if (errno != EINTR) {
      return ErrnoStatus(fmt::format("cannot read '{}'", name), errno);
    }
  }
}

Status WriteAll(int fd, std::span<const std::byte> bytes, std::string_view name, std::size_t* written) {
  if (written != nullptr) *written = 0;
  while (!bytes.empty()) {
    ssize_t size = ::write(fd, bytes.data(), bytes.size());
    if (size >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      if (written != nullptr) *written += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno == EBADF) {
      return Status(StatusCode::kIoError, fmt::format("cannot write '{}': it is closed", name));
    } else if (errno != EINTR) {
      return ErrnoStatus(fmt::format("cannot write '{}'", name), errno);
    }
  }
  return Status::Ok();
}

Result<std::string> ReadFile(const std::string& path, std::size_t limit) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  std::string text;
  for (;;) {
    constexpr std::size_t kChunk = 64 << 10;
    std::size_t size = text.size();
    text.resize(size + kChunk);
    VEXEVT_ASSIGN(std::size_t got, ReadSome(fd.get(), std::as_writable_bytes(std::span(text)).subspan(size), path));
    text.resize(size + got);
    if (got == 0) return text;
    if (text.size() > limit) return ResourceExhausted(fmt::format("'{}' is larger than {} bytes", path, limit));
  }
}

}  // namespace vexevt
