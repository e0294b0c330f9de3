// File flags, as of chattr(1), and projects: the ioctls by which the kernel asks for them (FS_IOC_GETFLAGS and the
// like). It has looked whether the caller may change them. All other ioctls are refused, as they are nobody's who has
// checked them.
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <array>
#include <cstring>

#include "fuse/filesystem.h"
#include "fuse/operations.h"

namespace vexevt {
namespace {

// What `command` takes or gives; 0: it is none of these. Flags are an int, whatever the command's name says.
std::size_t BytesOf(unsigned command) {
  switch (command) {
    case FS_IOC_GETFLAGS:
    case FS_IOC_SETFLAGS:
      return sizeof(int);
    case FS_IOC_FSGETXATTR:
    case FS_IOC_FSSETXATTR:
      return sizeof(fsxattr);
    default:
      return 0;
  }
}

bool Sets(unsigned command) { return command == FS_IOC_SETFLAGS || command == FS_IOC_FSSETXATTR; }

}  // namespace

void Ioctl(fuse_req_t req, fuse_ino_t id, unsigned command, void*, fuse_file_info*, unsigned, const void* in,
           size_t in_size, size_t out_size) {
  Filesystem& fs = FilesystemOf(req);
  Node& node = NodeOf(req, id);
  const std::size_t size = BytesOf(command);
  const bool sets = Sets(command);
  if (size == 0 || (sets ? in_size : out_size) < size || !node.fd) {  // the control file has none
    fuse_reply_err(req, ENOTTY);
    return;
  }
  Telling told(req, sets ? kFsAttrib : kFsStat);
  alignas(fsxattr) std::array<std::byte, sizeof(fsxattr)> value = {};
  if (sets) std::memcpy(value.data(), in, size);
  UniqueFd fd = Reopen(fs, node.fd.get(), O_RDONLY | O_NONBLOCK);
  int error = ErrorOf(fd ? ::ioctl(fd.get(), command, value.data()) : -1);
  told.Of(node);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_ioctl(req, 0, value.data(), sets ? 0 : size);
  }
}

}  // namespace vexevt
