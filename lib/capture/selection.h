// Selection: what a capture is to deliver, in a form that a source can check before it builds an event, and as far as
// it goes have the kernel check. Lowered from the command line and from what the expression of --where requires; the
// expression is still evaluated on what remains, so a selection may let too much through but never too little.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/type.h"

namespace vexevt {

// Users from `first` to `last`, both of them included.
struct UserRange {
  std::uint32_t first, last;
};

struct Selection {
  // Bit i: type 0x0100 + i of the family fs. Other families (gaps, barriers, mounts) are always delivered.
  std::uint64_t fs_types = ~std::uint64_t{0};
  // Objects at or below one of these; absolute, "/" or without a '/' at the end. Empty: everywhere.
  std::vector<std::string> roots;
  std::vector<std::uint32_t> pids;  // empty: any
  std::vector<UserRange> uids;      // the same; effective ones
  // Objects at or below one of these besides, by their `path`; empty: everywhere. For whom it is cheap to look.
  std::vector<std::string> within;

  bool WantsType(EventType type) const {
    return FamilyOf(type) != Family::kFs || (type & 0xff) > 63 || (fs_types >> (type & 0xff) & 1) != 0;
  }
};

// What the kernel is to mark.
enum class MarkKind : std::uint8_t {
  kFilesystem,  // all of each file system that the roots reach into; the roots select from it
  kMount,      // opens, reads, writes and closes through the roots' mounts only; creates, deletes and renames, of which
               // the kernel does not tell the mount, of their whole file systems
  kDirectory,  // each root itself and what lies directly in it
};

// `path` as the kernel will report what lies in it: absolute, symbolic links followed, no '/' at the end (but "/").
// Fails when it does not exist.
Result<std::string> RootPath(std::string_view path);

}  // namespace vexevt
