// Mount points: finding them, and taking mounts away, as root and as an ordinary user (fusermount3).
#pragma once

#include <string>

#include "lib/base/status.h"

namespace vexevt {

// The absolute path of a directory to mount at. A mount there whose daemon was killed ("Transport endpoint is not
// connected") is taken away first, and *recovered says so.
Result<std::string> PrepareMountpoint(const std::string& path, bool* recovered);

// `lazy`: out of the tree at once, though files in it are still open. False: it is busy, or may not be unmounted.
bool Unmount(const std::string& mountpoint, bool lazy);

// What the directory `path` is: for the device and mount in events.
struct MountIdentity {
  std::uint32_t device = 0;  // as in event.capnp
  std::uint32_t mount = 0;
};
MountIdentity IdentityOf(const std::string& path);

}  // namespace vexevt
