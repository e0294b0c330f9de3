#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <unistd.h>

#include "fuse/filesystem.h"
#include "fuse/operations.h"
#include "fuse/thread_identity.h"

namespace vexevt {
namespace {

// What `name` in `parent` is; false: nothing.
bool Look(const Node& parent, const char* name, struct stat* status) {
  return ::fstatat(parent.fd.get(), name, status, AT_SYMLINK_NOFOLLOW) == 0;
}

void Remove(fuse_req_t req, EventType type, fuse_ino_t parent_id, const char* name, int flags) {
  Telling told(req, type);
  Node& parent = NodeOf(req, parent_id);
  struct stat status;
  if (told.wanted() && Look(parent, name, &status)) {
    told.With(status);
    told.MarkedAs(KeyOf(status));
  }
  int error = ErrorOf(::unlinkat(parent.fd.get(), name, flags));
  told.Of(parent, name);
  told.Done(error);
  fuse_reply_err(req, error);
}

}  // namespace

void Unlink(fuse_req_t req, fuse_ino_t parent, const char* name) { Remove(req, kFsDelete, parent, name, 0); }

void RemoveDirectory(fuse_req_t req, fuse_ino_t parent, const char* name) {
  Remove(req, kFsRmdir, parent, name, AT_REMOVEDIR);
}

void Rename(fuse_req_t req, fuse_ino_t parent_id, const char* name, fuse_ino_t new_parent_id, const char* new_name,
            unsigned flags) {
  Telling told(req, kFsRename);
  NodeTable& nodes = FilesystemOf(req).nodes;
  Node& parent = NodeOf(req, parent_id);
  Node& new_parent = NodeOf(req, new_parent_id);
  struct stat moved, other;
  bool known = Look(parent, name, &moved);
  bool exchanged = (flags & RENAME_EXCHANGE) != 0 && Look(new_parent, new_name, &other);
  told.Of(parent, name);
  told.To(new_parent, new_name);
  if (known) {
    told.With(moved);
    told.MarkedAs(KeyOf(moved));
  }
  // A whiteout is made as the caller's.
  if ((flags & RENAME_WHITEOUT) != 0) ThreadIdentity::Of().CreateAs(req, 0);
  int error = ErrorOf(::renameat2(parent.fd.get(), name, new_parent.fd.get(), new_name, flags));
  if (error == 0 && known) nodes.Rename(KeyOf(moved), new_parent, new_name);
  if (error == 0 && exchanged) nodes.Rename(KeyOf(other), parent, name);
  told.Done(error);
  fuse_reply_err(req, error);
}

}  // namespace vexevt
