#include "lib/io/full.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/unique_fd.h"

namespace vexevt {

Status WriteAll(int fd, std::span<const std::byte> bytes, std::string_view name) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      poll(&ready, 1, -1);
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
    ssize_t got = ::read(fd.get(), text.data() + size, kChunk);
    text.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && errno != EINTR) return ErrnoStatus(fmt::format("cannot read '{}'", path), errno);
    if (got == 0) return text;
    if (text.size() > limit) return ResourceExhausted(fmt::format("'{}' is larger than {} bytes", path, limit));
  }
}

}  // namespace vexevt
