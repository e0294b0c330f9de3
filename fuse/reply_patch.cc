#include "fuse/reply_patch.h"

#include <cstddef>
#include <utility>

#include "fuse/protocol.h"
#include "lib/base/bytes.h"

namespace vexevt {
namespace {

bool IsAnswer(const iovec* parts, int count, std::size_t least) {
  return count == 2 && Load<fuse_out_header>(parts[0].iov_base).error == 0 && parts[1].iov_len >= least;
}

void Patch(const InitPatch& patch, iovec* part) {
  auto out = Load<protocol::InitOut>(part->iov_base);
  std::uint64_t flags = out.flags | std::uint64_t{out.flags2} << 32;
  flags = (flags & ~patch.cleared) | patch.flags | FUSE_INIT_EXT;
  out.flags = static_cast<std::uint32_t>(flags);
  out.flags2 = static_cast<std::uint32_t>(flags >> 32);
  out.max_stack_depth = patch.max_stack_depth;
  Store(part->iov_base, out);
}

void Patch(const OpenPatch& patch, iovec* part) {
  // Of CREATE, too, where an entry stands before it.
  auto* at = static_cast<std::byte*>(part->iov_base) + part->iov_len - sizeof(protocol::OpenOut);
  auto out = Load<protocol::OpenOut>(at);
  out.open_flags |= protocol::kOpenPassthrough;
  out.backing_id = patch.backing_id;
  Store(at, out);
}

}  // namespace

InitPatch& InitReply() {
  thread_local InitPatch patch;
  return patch;
}

OpenPatch& OpenReply() {
  thread_local OpenPatch patch;
  return patch;
}

ssize_t WriteReply(int fd, iovec* parts, int count, void*) {
  if (InitReply().pending && IsAnswer(parts, count, sizeof(protocol::InitOut))) {
    Patch(std::exchange(InitReply(), {}), &parts[1]);
  } else if (OpenReply().backing_id != 0) {
    OpenPatch patch = std::exchange(OpenReply(), {});
    if (IsAnswer(parts, count, sizeof(protocol::OpenOut))) Patch(patch, &parts[1]);
  }
  return ::writev(fd, parts, count);
}

}  // namespace vexevt
