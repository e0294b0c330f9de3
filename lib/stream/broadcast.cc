#include "lib/stream/broadcast.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace vexevt {
namespace {

// False: the reader has gone.
bool SendAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

Status Broadcast::Write(std::span<const std::byte> bytes) {
  for (;;) {
    VEXEVT_TRY(AcceptAll());
    std::erase_if(readers_, [&](const UniqueFd& reader) { return !SendAll(reader.get(), bytes); });
    if (!readers_.empty()) return Status::Ok();
    VEXEVT_TRY(WaitForReader());
  }
}

Status Broadcast::Close() {
  readers_.clear();
  return Status::Ok();
}

Status Broadcast::AcceptAll() {
  for (;;) {
    auto reader = listener_.Accept();
    if (!reader.ok()) return std::move(reader).status().WithContext(name_);
    if (!*reader) return Status::Ok();
    readers_.push_back(*std::move(reader));
  }
}

Status Broadcast::WaitForReader() {
  pollfd waiting{listener_.fd(), POLLIN, 0};
  if (poll(&waiting, 1, -1) < 0 && errno != EINTR) return ErrnoStatus("cannot wait for a reader", errno);
  return Status::Ok();
}

}  // namespace vexevt
