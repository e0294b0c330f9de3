#include "fuse/passthrough.h"

#include <sys/ioctl.h>

#include "fuse/protocol.h"
#include "fuse/thread_identity.h"

namespace vexevt {

bool BeginPassthrough(Filesystem& fs, Node& node, int fd) {
  std::lock_guard lock(node.backing_mutex);
  if (node.backing_users == 0) {
    // The kernel will write with this thread's rights: without CAP_FSETID, so that it takes set-user-ID bits away.
    ThreadIdentity::Of().KeepPrivilegeBits(false);
    protocol::BackingMap map{fd, 0, 0};
    int id = ::ioctl(fs.device_fd, protocol::kBackingOpen, &map);
    ThreadIdentity::Of().KeepPrivilegeBits(true);
    if (id <= 0) return false;  // of a file system that is itself stacked too high, say
    node.backing_id = id;
  }
  ++node.backing_users;
  return true;
}

void EndPassthrough(Filesystem& fs, Node& node) {
  std::lock_guard lock(node.backing_mutex);
  if (--node.backing_users > 0) return;
  auto id = static_cast<std::uint32_t>(node.backing_id);
  node.backing_id = 0;
  ::ioctl(fs.device_fd, protocol::kBackingClose, &id);
}

}  // namespace vexevt
