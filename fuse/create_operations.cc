#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "fuse/filesystem.h"
#include "fuse/open_file.h"
#include "fuse/operations.h"
#include "fuse/thread_identity.h"

namespace vexevt {
namespace {

// Acts as the caller while it lives.
class AsCaller {
 public:
  AsCaller(fuse_req_t req, mode_t mode) { ThreadIdentity::Of().CreateAs(req, mode); }
  ~AsCaller() { ThreadIdentity::Of().Restore(); }
  AsCaller(const AsCaller&) = delete;
  AsCaller& operator=(const AsCaller&) = delete;
};

// What all that make a name have in common: `make` is given the directory's descriptor.
template <typename Make>
void MakeName(fuse_req_t req, Telling& told, fuse_ino_t parent_id, const char* name, mode_t mode, Make make) {
  Node& parent = NodeOf(req, parent_id);
  fuse_entry_param entry = {};
  int error = 0;
  {
    AsCaller caller(req, mode);
    error = ErrorOf(make(parent.fd.get()));
  }
  if (error == 0) error = Find(FilesystemOf(req), parent, name, &entry);
  told.Of(parent, name);
  if (error == 0) told.With(entry.attr);
  told.Done(error);
  ReplyEntry(req, error, entry);
}

}  // namespace

void MakeNode(fuse_req_t req, fuse_ino_t parent, const char* name, mode_t mode, dev_t device) {
  Telling told(req, S_ISREG(mode) ? kFsCreate : kFsMknod);
  MakeName(req, told, parent, name, mode, [&](int directory) { return ::mknodat(directory, name, mode, device); });
}

void MakeDirectory(fuse_req_t req, fuse_ino_t parent, const char* name, mode_t mode) {
  Telling told(req, kFsMkdir);
  MakeName(req, told, parent, name, mode, [&](int directory) { return ::mkdirat(directory, name, mode); });
}

void MakeSymlink(fuse_req_t req, const char* target, fuse_ino_t parent, const char* name) {
  Telling told(req, kFsSymlink);
  told.record.path2 = target;
  MakeName(req, told, parent, name, 0, [&](int directory) { return ::symlinkat(target, directory, name); });
}

void MakeLink(fuse_req_t req, fuse_ino_t id, fuse_ino_t parent_id, const char* name) {
  Telling told(req, kFsHardlink);
  Node& node = NodeOf(req, id);
  Node& parent = NodeOf(req, parent_id);
  told.Of(node);
  told.To(parent, name);
  fuse_entry_param entry = {};
  int error = ErrorOf(::linkat(AT_FDCWD, ProcPath(node.fd.get()).c_str(), parent.fd.get(), name, AT_SYMLINK_FOLLOW));
  if (error == 0) error = Enter(FilesystemOf(req), parent, name, node.fd.get(), &entry);
  if (error == 0) told.With(entry.attr);
  told.Done(error);
  ReplyEntry(req, error, entry);
}

void Create(fuse_req_t req, fuse_ino_t parent_id, const char* name, mode_t mode, fuse_file_info* info) {
  Telling told(req, kFsCreate);
  Filesystem& fs = FilesystemOf(req);
  Node& parent = NodeOf(req, parent_id);
  const bool tmpfile = CurrentRequest().tmpfile;
  UniqueFd fd;
  int error = 0;
  {
    AsCaller caller(req, mode);
    int flags = FlagsBelow(fs, info->flags) & ~(O_CREAT | O_EXCL | O_TRUNC);
    if (tmpfile) {
      fd = UniqueFd(::openat(parent.fd.get(), ".", flags | O_TMPFILE | O_CLOEXEC | (info->flags & O_EXCL), mode));
    } else {
      // Always exclusively: whether the caller may open what is there already, the kernel has not looked at.
      fd = UniqueFd(::openat(parent.fd.get(), name, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    }
    error = ErrorOf(fd.get());
  }
  // Somebody was faster: the kernel looks the name up anew, and then opens it.
  if (error == EEXIST && (info->flags & O_EXCL) == 0) error = ESTALE;
  std::string unnamed;
  fuse_entry_param entry = {};
  if (error == 0) {
    if (tmpfile) {
      struct stat status;
      unnamed = ::fstat(fd.get(), &status) == 0 ? "#" + std::to_string(status.st_ino) : "#";
      name = unnamed.c_str();
    }
    error = Enter(fs, parent, name, fd.get(), &entry);
    if (error == 0) fs.nodes.SetMarks(NodeOf(req, entry.ino), nullptr);  // new, and so without: none need be looked for
  }
  told.Of(parent, name);
  told.record.open_flags = static_cast<std::uint32_t>(info->flags);
  if (error == 0) told.With(entry.attr);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
    return;
  }
  Node& node = NodeOf(req, entry.ino);
  if (ReplyCreated(req, entry, MakeOpenFile(req, std::move(fd), node, info), info) == -ENOENT) {  // interrupted
    fs.nodes.Forget(node, 1);
  }
}

}  // namespace vexevt
