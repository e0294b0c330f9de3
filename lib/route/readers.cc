#include "lib/route/readers.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace vexevt {
namespace {

constexpr std::size_t kPieces = 16;

ssize_t WriteRing(const Connection& connection, std::span<const iovec> pieces) {
  std::size_t written = 0;
  for (const iovec& piece : pieces) {
    const auto taken = connection.ring->TryWrite({static_cast<const std::byte*>(piece.iov_base), piece.iov_len});
    if (!taken.ok()) return errno = EIO, -1;
    written += *taken;
    if (*taken < piece.iov_len) break;
  }
  if (written > 0) return static_cast<ssize_t>(written);
  WaitForRing(connection);
  return errno = EAGAIN, -1;
}

ssize_t WritePieces(const Connection& connection, std::span<iovec> pieces) {
  if (connection.ring) return WriteRing(connection, pieces);
  if (!connection.socket) return ::writev(connection.fd.get(), pieces.data(), static_cast<int>(pieces.size()));
  msghdr message = {};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  return ::sendmsg(connection.fd.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

bool Readers::CanWrite(std::size_t queue_bytes) const {
  return std::ranges::any_of(all_, [&](const Reader& reader) { return !reader.waits && reader.ahead < queue_bytes; });
}

bool Readers::AllWait() const { return std::ranges::all_of(all_, &Reader::waits); }
bool Readers::AnyWaits() const { return std::ranges::any_of(all_, &Reader::waits); }

std::size_t Readers::lead() const {
  std::size_t lead = ~std::size_t{0};
  for (const Reader& reader : all_) {
    if (!reader.waits) lead = std::min(lead, reader.ahead);
  }
  return lead == ~std::size_t{0} ? 0 : lead;
}

void Readers::Write(const FrameQueue& queue) {
  for (Reader& reader : all_) {
    if (!reader.waits && !reader.broken) WriteTo(reader, queue);
  }
}

void Readers::WriteTo(Reader& reader, const FrameQueue& queue) {
  while (reader.ahead < queue.bytes()) {
    iovec pieces[kPieces];
    std::size_t count = queue.Gather(pieces, reader.ahead);
    ssize_t written = WritePieces(reader.connection, std::span(pieces, count));
    if (written >= 0) {
      reader.ahead += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      reader.waits = true;
      return;
    } else if (errno != EINTR) {
      reader.broken = errno;
      return;
    }
  }
}

std::size_t Readers::TakeSent() {
  if (all_.empty()) return 0;
  const std::size_t sent = std::ranges::min_element(all_, {}, &Reader::ahead)->ahead;
  for (Reader& reader : all_) reader.ahead -= sent;
  return sent;
}

std::optional<Readers::Broken> Readers::TakeBroken() {
  auto reader = std::ranges::find_if(all_, [](const Reader& candidate) { return candidate.broken.has_value(); });
  if (reader == all_.end()) return std::nullopt;
  Broken broken{std::move(reader->connection), *reader->broken};
  all_.erase(reader);
  return broken;
}

void Readers::AddPolls(std::vector<pollfd>* polls) const {
  for (const Reader& reader : all_) {
    if (reader.connection.regular) continue;
    const short room = reader.connection.ring ? POLLIN : POLLOUT;
    short wanted = reader.waits ? room : 0;  // that the other end has gone is always told
    polls->push_back({.fd = reader.connection.fd.get(), .events = wanted, .revents = 0});
  }
}

void Readers::Polled(std::span<const pollfd> polls) {
  for (Reader& reader : all_) {
    auto entry = std::ranges::find(polls, reader.connection.fd.get(), &pollfd::fd);
    if (entry == polls.end()) continue;
    if ((entry->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
      reader.broken = 0;
    } else if (entry->revents != 0) {
      reader.waits = false;
    }
  }
}

std::vector<Connection> Readers::TakeAll() {
  std::vector<Connection> connections;
  for (Reader& reader : std::exchange(all_, {})) connections.push_back(std::move(reader.connection));
  return connections;
}

}  // namespace vexevt
