#include "lib/capture/fanotify_types.h"

#include <linux/fanotify.h>

namespace vexevt {
namespace {

struct Part {
  std::uint64_t bit;
  EventType type, directory_type;
};

// In the order in which merged parts most likely happened.
constexpr Part kParts[] = {
    {FAN_CREATE, kFsCreate, kFsMkdir},
    {FAN_OPEN, kFsOpen, kFsOpen},
    {FAN_OPEN_EXEC, kFsExec, kFsExec},
    {FAN_ACCESS, kFsRead, kFsRead},
    {FAN_MODIFY, kFsWrite, kFsWrite},
    {FAN_ATTRIB, kFsAttrib, kFsAttrib},
    {FAN_CLOSE_WRITE, kFsCloseWrite, kFsCloseWrite},
    {FAN_CLOSE_NOWRITE, kFsClose, kFsClose},
    {FAN_RENAME, kFsRename, kFsRename},
    {FAN_DELETE, kFsDelete, kFsRmdir},
    {FAN_DELETE_SELF, kFsDelete, kFsRmdir},
};

constexpr std::uint64_t Bit(EventType type) { return std::uint64_t{1} << (type & 0xff); }

struct NotedType {
  std::uint64_t types, mask;
};
constexpr NotedType kNotedTypes[] = {
    {Bit(kFsCreate) | Bit(kFsMkdir) | Bit(kFsSymlink) | Bit(kFsHardlink) | Bit(kFsMknod), FAN_CREATE},
    {Bit(kFsOpen), FAN_OPEN},
    {Bit(kFsExec), FAN_OPEN_EXEC},
    {Bit(kFsRead), FAN_ACCESS},
    {Bit(kFsWrite) | Bit(kFsTruncate), FAN_MODIFY},
    {Bit(kFsAttrib) | Bit(kFsChmod) | Bit(kFsChown) | Bit(kFsSetxattr) | Bit(kFsRemovexattr), FAN_ATTRIB},
    {Bit(kFsCloseWrite), FAN_CLOSE_WRITE},
    {Bit(kFsClose), FAN_CLOSE_NOWRITE},
    {Bit(kFsRename) | Bit(kFsMoveIn) | Bit(kFsMoveOut), FAN_RENAME},
    {Bit(kFsDelete) | Bit(kFsRmdir), FAN_DELETE},
};

}  // namespace

TypeList TypesOf(std::uint64_t mask) {
  TypeList list{};
  bool directory = (mask & FAN_ONDIR) != 0;
  for (const Part& part : kParts) {
    if ((mask & part.bit) != 0) list.types[list.count++] = directory ? part.directory_type : part.type;
  }
  return list;
}

std::uint64_t MaskFor(std::uint64_t fs_types) {
  std::uint64_t mask = 0;
  for (const NotedType& noted : kNotedTypes) {
    if ((fs_types & noted.types) != 0) mask |= noted.mask;
  }
  return mask;
}

}  // namespace vexevt
