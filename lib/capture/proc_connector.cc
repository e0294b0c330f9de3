#include "lib/capture/proc_connector.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "lib/base/bytes.h"
#include "lib/base/namespaces.h"

namespace vexevt {
namespace {

// A message takes about 1 KiB of it: room for a machine that forks 10,000 times while we are not scheduled.
constexpr int kReceiveBuffer = 16 << 20;
constexpr std::size_t kMessages = 64;  // in one system call
constexpr std::size_t kMessageBytes = 256;
constexpr std::size_t kEventOffset = NLMSG_HDRLEN + sizeof(cn_msg);

Status Subscribe(int fd) {
  std::array<std::byte, kEventOffset + sizeof(std::uint32_t)> message{};
  nlmsghdr header{};
  header.nlmsg_len = message.size();
  header.nlmsg_type = NLMSG_DONE;
  cn_msg connector{};
  connector.id = {CN_IDX_PROC, CN_VAL_PROC};
  connector.len = sizeof(std::uint32_t);
  Store(message.data(), header);
  Store(message.data() + NLMSG_HDRLEN, connector);
  Store<std::uint32_t>(message.data() + kEventOffset, PROC_CN_MCAST_LISTEN);
  if (::send(fd, message.data(), message.size(), 0) < 0) return ErrnoStatus("cannot listen to process events", errno);
  return Status::Ok();
}

void Tell(const proc_event& event, ProcListener* listener) {
  auto pid = [](__kernel_pid_t number) { return static_cast<std::uint32_t>(number); };
  const auto& data = event.event_data;
  switch (static_cast<std::uint32_t>(event.what)) {
    case proc_event::PROC_EVENT_FORK:
      if (data.fork.child_pid == data.fork.child_tgid) {
        listener->Forked(pid(data.fork.parent_tgid), pid(data.fork.child_tgid));
      }
      break;
    case proc_event::PROC_EVENT_EXEC:
      listener->Executed(pid(data.exec.process_tgid));
      break;
    case proc_event::PROC_EVENT_UID:
    case proc_event::PROC_EVENT_GID:
    case proc_event::PROC_EVENT_COMM:
      listener->Changed(pid(data.id.process_tgid));  // all of these begin with pid and tgid
      break;
    case proc_event::PROC_EVENT_EXIT:
      if (data.exit.process_pid == data.exit.process_tgid) listener->Exited(pid(data.exit.process_tgid));
      break;
    default:
      break;
  }
}

}  // namespace

struct ProcConnector::Buffers {
  std::array<std::array<std::byte, kMessageBytes>, kMessages> bytes;
  std::array<sockaddr_nl, kMessages> senders;
  std::array<iovec, kMessages> vectors;
  std::array<mmsghdr, kMessages> headers;
};

ProcConnector::ProcConnector(UniqueFd socket) : socket_(std::move(socket)), buffers_(std::make_unique<Buffers>()) {}
ProcConnector::ProcConnector(ProcConnector&&) noexcept = default;
ProcConnector::~ProcConnector() = default;

Result<ProcConnector> ProcConnector::Open() {
  // Elsewhere the kernel takes the subscription, and sends nothing: drivers/connector/cn_proc.c.
  if (!InInitialPidNamespace()) return Unsupported("process events are told in the initial pid namespace only");
  UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!fd) return ErrnoStatus("cannot open the process connector", errno);
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) < 0) {
    return ErrnoStatus("cannot enlarge the process connector's buffer", errno);
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    return ErrnoStatus("cannot join the process connector", errno);
  }
  VEXEVT_TRY(Subscribe(fd.get()));
  return ProcConnector(std::move(fd));
}

void ProcConnector::Drain(ProcListener* listener) {
  Buffers& buffers = *buffers_;
  for (;;) {
    for (std::size_t i = 0; i < kMessages; ++i) {
      buffers.vectors[i] = {buffers.bytes[i].data(), kMessageBytes};
      buffers.headers[i] = {};
      buffers.headers[i].msg_hdr.msg_name = &buffers.senders[i];
      buffers.headers[i].msg_hdr.msg_namelen = sizeof buffers.senders[i];
      buffers.headers[i].msg_hdr.msg_iov = &buffers.vectors[i];
      buffers.headers[i].msg_hdr.msg_iovlen = 1;
    }
    int got = ::recvmmsg(socket_.get(), buffers.headers.data(), kMessages, MSG_DONTWAIT, nullptr);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) {
      listener->Missed();
      continue;
    }
    if (got <= 0) return;
    for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
      if (buffers.senders[i].nl_pid != 0) continue;  // not from the kernel
      std::size_t size = buffers.headers[i].msg_len;
      if (size <= kEventOffset || buffers.headers[i].msg_hdr.msg_flags & MSG_TRUNC) continue;
      proc_event event{};  // older kernels send less
      std::memcpy(&event, buffers.bytes[i].data() + kEventOffset, std::min(size - kEventOffset, sizeof event));
      Tell(event, listener);
    }
    if (static_cast<std::size_t>(got) < kMessages) return;
  }
}

}  // namespace vexevt
