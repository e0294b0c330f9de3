#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "fuse/control_operations.h"
#include "fuse/filesystem.h"
#include "fuse/operations.h"
#include "fuse/thread_identity.h"

namespace vexevt {
namespace {

constexpr int kSetTimes = FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME;
constexpr int kSetOwner = FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID;

EventType TypeOf(int which) {
  if ((which & FUSE_SET_ATTR_SIZE) != 0) return kFsTruncate;
  if ((which & kSetOwner) != 0) return kFsChown;
  if ((which & FUSE_SET_ATTR_MODE) != 0) return kFsChmod;
  return kFsAttrib;
}

timespec TimeToSet(int which, int set, int set_now, const timespec& given) {
  if ((which & set_now) != 0) return {0, UTIME_NOW};
  if ((which & set) != 0) return given;
  return {0, UTIME_OMIT};
}

// `file` is null where it is not open.
int Set(const Node& node, const OpenFile* file, const struct stat& wanted, int which) {
  ProcPath path(node.fd.get());
  if ((which & FUSE_SET_ATTR_MODE) != 0) {
    int error =
        ErrorOf(file != nullptr ? ::fchmod(file->fd.get(), wanted.st_mode) : ::chmod(path.c_str(), wanted.st_mode));
    if (error != 0) return error;
  }
  if ((which & kSetOwner) != 0) {
    uid_t uid = (which & FUSE_SET_ATTR_UID) != 0 ? wanted.st_uid : static_cast<uid_t>(-1);
    gid_t gid = (which & FUSE_SET_ATTR_GID) != 0 ? wanted.st_gid : static_cast<gid_t>(-1);
    int error = ErrorOf(::fchownat(node.fd.get(), "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));
    if (error != 0) return error;
  }
  if ((which & FUSE_SET_ATTR_SIZE) != 0) {
    int error = ErrorOf(file != nullptr ? ::ftruncate(file->fd.get(), wanted.st_size)
                                        : ::truncate(path.c_str(), wanted.st_size));
    if (error != 0) return error;
  }
  if ((which & kSetTimes) != 0) {
    const timespec times[2] = {
        TimeToSet(which, FUSE_SET_ATTR_ATIME, FUSE_SET_ATTR_ATIME_NOW, wanted.st_atim),
        TimeToSet(which, FUSE_SET_ATTR_MTIME, FUSE_SET_ATTR_MTIME_NOW, wanted.st_mtim),
    };
    return ErrorOf(file != nullptr ? ::futimens(file->fd.get(), times) : ::utimensat(AT_FDCWD, path.c_str(), times, 0));
  }
  return 0;
}

}  // namespace

void Lookup(fuse_req_t req, fuse_ino_t parent_id, const char* name) {
  if (LookupControl(req, parent_id, name)) return;
  Telling told(req, kFsLookup);
  Node& parent = NodeOf(req, parent_id);
  fuse_entry_param entry = {};
  int error = Find(FilesystemOf(req), parent, name, &entry);
  told.Of(parent, name);
  if (error == 0) told.With(entry.attr);
  told.Done(error);
  ReplyEntry(req, error, entry);
}

void Forget(fuse_req_t req, fuse_ino_t id, std::uint64_t references) {
  FilesystemOf(req).Forget(NodeOf(req, id), references);
  fuse_reply_none(req);
}

void ForgetMany(fuse_req_t req, std::size_t count, fuse_forget_data* forgets) {
  for (std::size_t i = 0; i < count; ++i) {
    FilesystemOf(req).Forget(NodeOf(req, forgets[i].ino), forgets[i].nlookup);
  }
  fuse_reply_none(req);
}

void GetAttributes(fuse_req_t req, fuse_ino_t id, fuse_file_info*) {
  if (GetControlAttributes(req, id)) return;
  Telling told(req, kFsStat);
  Filesystem& fs = FilesystemOf(req);
  Node& node = NodeOf(req, id);
  struct stat status;
  int error = Stat(fs, node.fd.get(), &status);
  told.Of(node);
  if (error == 0) told.With(status);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_attr(req, &status, fs.timeout);
  }
}

void SetAttributes(fuse_req_t req, fuse_ino_t id, struct stat* wanted, int which, fuse_file_info* info) {
  if (GetControlAttributes(req, id)) return;
  Telling told(req, TypeOf(which));
  Filesystem& fs = FilesystemOf(req);
  Node& node = NodeOf(req, id);
  // A size is set as by a write; all else as the kernel above has decided.
  ThreadIdentity::Of().KeepPrivilegeBits((which & FUSE_SET_ATTR_SIZE) == 0 || CurrentRequest().keep_privilege_bits);
  int error = Set(node, info != nullptr ? &FileOf(info) : nullptr, *wanted, which);
  struct stat status;
  if (error == 0) error = Stat(fs, node.fd.get(), &status);
  told.Of(node);
  if (error == 0) told.With(status);
  if ((which & FUSE_SET_ATTR_SIZE) != 0) told.record.offset = static_cast<std::uint64_t>(wanted->st_size);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_attr(req, &status, fs.timeout);
  }
}

void ReadLink(fuse_req_t req, fuse_ino_t id) {
  Telling told(req, kFsReadlink);
  Node& node = NodeOf(req, id);
  std::array<char, PATH_MAX + 1> target;
  ssize_t size = ::readlinkat(node.fd.get(), "", target.data(), target.size() - 1);
  int error = ErrorOf(size);
  if (error == 0) {
    target[static_cast<std::size_t>(size)] = '\0';
    told.record.path2 = target.data();
  }
  told.Of(node);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_readlink(req, target.data());
  }
}

void StatFilesystem(fuse_req_t req, fuse_ino_t id) {
  Telling told(req, kFsStatfs);
  Node& node = NodeOf(req, id);
  struct statvfs status;
  int error = ErrorOf(::fstatvfs(node.fd.get(), &status));
  told.Of(node);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_statfs(req, &status);
  }
}

}  // namespace vexevt
