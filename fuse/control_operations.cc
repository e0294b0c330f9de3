#include "fuse/control_operations.h"

#include <string>

#include "fuse/control.h"
#include "fuse/filesystem.h"
#include "fuse/one_buffer.h"

namespace vexevt {
namespace {

bool IsFile(fuse_req_t req, fuse_ino_t id) {
  return id == reinterpret_cast<fuse_ino_t>(&FilesystemOf(req).control_file);
}
bool IsDirectory(fuse_req_t req, fuse_ino_t id) {
  return id == reinterpret_cast<fuse_ino_t>(&FilesystemOf(req).control_directory);
}

struct stat AttributesOf(const Node& node) {
  struct stat status = {};
  status.st_ino = reinterpret_cast<ino_t>(&node);
  status.st_mode = node.type | (S_ISDIR(node.type) ? 0555 : 0222);
  status.st_nlink = S_ISDIR(node.type) ? 2 : 1;
  return status;
}

}  // namespace

bool LookupControl(fuse_req_t req, fuse_ino_t parent, const char* name) {
  Filesystem& fs = FilesystemOf(req);
  Node* found = parent == FUSE_ROOT_ID && name == kControlDirectory ? &fs.control_directory
                : IsDirectory(req, parent) && name == kControlFile  ? &fs.control_file
                                                                    : nullptr;
  struct stat status;
  bool own =
      found == &fs.control_directory && ::fstatat(fs.nodes.root().fd.get(), name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (own || (found == nullptr && !IsDirectory(req, parent))) return false;
  if (found == nullptr) {
    fuse_reply_err(req, ENOENT);
    return true;
  }
  found->references.fetch_add(1, std::memory_order_relaxed);
  fuse_entry_param entry = {};
  entry.ino = reinterpret_cast<fuse_ino_t>(found);
  entry.attr = AttributesOf(*found);
  entry.attr_timeout = entry.entry_timeout = fs.timeout;
  fuse_reply_entry(req, &entry);
  return true;
}

bool GetControlAttributes(fuse_req_t req, fuse_ino_t id) {
  if (!IsFile(req, id) && !IsDirectory(req, id)) return false;
  struct stat status = AttributesOf(NodeOf(req, id));
  fuse_reply_attr(req, &status, FilesystemOf(req).timeout);
  return true;
}

bool OpenControl(fuse_req_t req, fuse_ino_t id, fuse_file_info* info) {
  if (!IsFile(req, id)) return false;
  info->direct_io = 1;  // each write as it was made
  fuse_reply_open(req, info);
  return true;
}

bool WriteControl(fuse_req_t req, fuse_ino_t id, fuse_bufvec* data) {
  if (!IsFile(req, id)) return false;
  std::string text(fuse_buf_size(data), '\0');
  fuse_bufvec to = OneBuffer(text.size());
  to.buf[0].mem = text.data();
  ssize_t size = fuse_buf_copy(&to, data, static_cast<fuse_buf_copy_flags>(0));
  int error = size < 0 ? static_cast<int>(-size) : TakeControl(FilesystemOf(req).teller, WhoAsks(req), text);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_write(req, text.size());
  }
  return true;
}

bool CloseControl(fuse_req_t req, fuse_ino_t id) {
  if (!IsFile(req, id)) return false;
  fuse_reply_err(req, 0);
  return true;
}

}  // namespace vexevt
