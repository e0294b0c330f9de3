// Mounts: what is mounted where, from /proc/self/mountinfo.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

struct Mount {
  std::uint32_t id = 0;
  std::uint32_t device = 0;  // major << 20 | minor, as in events
  std::string root;          // of the file system: what of it is seen; "/": all
  std::string point;         // absolute
  std::string type;          // ext4, tmpfs …
};

// In the order of the file: a mount that covers another stands behind it.
std::vector<Mount> ParseMounts(std::string_view mountinfo);
Result<std::vector<Mount>> ReadMounts();

// File systems that show kernel state rather than hold files: their events are noise, and most cannot be marked.
bool IsPseudo(const Mount& mount);

// The mount on which `path`, absolute and real, lies; nullptr: none.
const Mount* MountOf(std::string_view path, const std::vector<Mount>& mounts);

}  // namespace vexevt
