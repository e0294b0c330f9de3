#include <sys/xattr.h>

#include <cstring>
#include <string>
#include <string_view>

#include "fuse/file_marks.h"
#include "fuse/filesystem.h"
#include "fuse/operations.h"
#include "fuse/thread_identity.h"

namespace vexevt {
namespace {

constexpr std::string_view kAccessAcl = "system.posix_acl_access", kTrusted = "trusted.";

// Leaves out what only root may see. The kernel's own file systems do; asked by root, they give us all.
std::size_t LeaveOutTrusted(char* names, std::size_t size) {
  char* to = names;
  for (const char *at = names, *end = names + size; at < end;) {
    std::size_t bytes = std::strlen(at) + 1;
    if (!std::string_view(at).starts_with(kTrusted)) {
      std::memmove(to, at, bytes);
      to += bytes;
    }
    at += bytes;
  }
  return static_cast<std::size_t>(to - names);
}

}  // namespace

void SetXattr(fuse_req_t req, fuse_ino_t id, const char* name, const char* value, size_t size, int flags) {
  Telling told(req, kFsSetxattr);
  Filesystem& fs = FilesystemOf(req);
  Node& node = NodeOf(req, id);
  // An ACL may take the set-group-ID bit away, from who is not of the group.
  bool acl = name == kAccessAcl;
  if (acl) ThreadIdentity::Of().ActAs(req);
  int error = ErrorOf(::setxattr(ProcPath(node.fd.get()).c_str(), name, value, size, flags));
  if (acl) ThreadIdentity::Of().Restore();
  if (error == 0 && IsMark(name)) ReadMarks(fs, node);
  told.Of(node);
  told.record.xattr = name;
  told.record.length = size;
  told.Done(error);
  fuse_reply_err(req, error);
}

void GetXattr(fuse_req_t req, fuse_ino_t id, const char* name, size_t size) {
  Telling told(req, kFsGetxattr);
  Node& node = NodeOf(req, id);
  std::string value(size, '\0');
  ssize_t length = ::getxattr(ProcPath(node.fd.get()).c_str(), name, value.data(), size);
  int error = ErrorOf(length);
  told.Of(node);
  told.record.xattr = name;
  told.record.length = error == 0 ? static_cast<std::uint64_t>(length) : 0;
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else if (size == 0) {
    fuse_reply_xattr(req, static_cast<size_t>(length));
  } else {
    fuse_reply_buf(req, value.data(), static_cast<size_t>(length));
  }
}

void ListXattr(fuse_req_t req, fuse_ino_t id, size_t size) {
  Telling told(req, kFsListxattr);
  Node& node = NodeOf(req, id);
  std::string names(XATTR_LIST_MAX, '\0');
  ssize_t length = ::listxattr(ProcPath(node.fd.get()).c_str(), names.data(), names.size());
  int error = ErrorOf(length);
  auto used = error == 0 ? static_cast<std::size_t>(length) : 0;
  if (fuse_req_ctx(req)->uid != 0) used = LeaveOutTrusted(names.data(), used);
  if (error == 0 && size != 0 && used > size) error = ERANGE;
  told.Of(node);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else if (size == 0) {
    fuse_reply_xattr(req, used);
  } else {
    fuse_reply_buf(req, names.data(), used);
  }
}

void RemoveXattr(fuse_req_t req, fuse_ino_t id, const char* name) {
  Telling told(req, kFsRemovexattr);
  Node& node = NodeOf(req, id);
  int error = ErrorOf(::removexattr(ProcPath(node.fd.get()).c_str(), name));
  if (error == 0 && IsMark(name)) ReadMarks(FilesystemOf(req), node);
  told.Of(node);
  told.record.xattr = name;
  told.Done(error);
  fuse_reply_err(req, error);
}

}  // namespace vexevt
