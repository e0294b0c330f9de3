#include "cmd/vexevt-capture/control.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/cli/diagnostics.h"
#include "lib/stream/barrier.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostClients = 16;  // more wait to be accepted
constexpr std::size_t kMostRequest = 64;

bool MayAsk(int fd) {
  ucred peer;
  socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == ::geteuid());
}

// Appends what has come. False: the client has gone, or sends too much.
bool Receive(int fd, std::string* request) {
  char bytes[kMostRequest];
  for (;;) {
    ssize_t size = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    request->append(bytes, static_cast<std::size_t>(size));
    if (size == 0 || request->size() > kMostRequest) return false;
  }
}

// The token that a whole request names; empty where it is none that we know.
std::string_view TokenOf(std::string_view request) {
  request.remove_suffix(1);  // the newline
  if (!request.starts_with(kBarrierWord)) return {};
  request.remove_prefix(kBarrierWord.size());
  return IsBarrierToken(request) ? request : std::string_view();
}

}  // namespace

Result<Control> Control::Listen(const std::string& path) {
  VEXEVT_ASSIGN(UnixListener listener, UnixListener::Listen(path));
  return Control(std::move(listener));
}

void Control::AddPolls(std::vector<pollfd>* polls) const {
  // Where there are enough, who wants to connect must not wake us.
  polls->push_back({clients_.size() < kMostClients ? listener_.fd() : -1, POLLIN, 0});
  for (const Client& client : clients_) polls->push_back({client.fd.get(), POLLIN, 0});
}

Status Control::AcceptAll() {
  while (clients_.size() < kMostClients) {
    VEXEVT_ASSIGN(UniqueFd fd, listener_.Accept());
    if (!fd) break;
    if (MayAsk(fd.get())) {
      clients_.push_back({std::move(fd), {}, {}});
    } else {
      ReportWarning("another user asked for a barrier, and was refused");
    }
  }
  return {};
}

Status Control::Serve(Source* source) {
  VEXEVT_TRY(AcceptAll());
  Status status;
  std::erase_if(clients_, [&](Client& client) {
    if (!Receive(client.fd.get(), &client.request)) return true;
    if (!client.token.empty() || !client.request.ends_with('\n')) return false;
    client.token = TokenOf(client.request);
    if (client.token.empty()) return true;
    Status inserted = source->InsertBarrier(client.token);
    if (!inserted.ok() && status.ok()) status = std::move(inserted);
    return false;
  });
  return status;
}

void Control::Sent(std::string_view token) {
  std::erase_if(clients_, [&](const Client& client) {
    if (client.token != token) return false;
    // A new connection's buffer is empty, so this fits, or nobody is there.
    ::send(client.fd.get(), kSentAnswer.data(), kSentAnswer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return true;
  });
}

}  // namespace vexevt
