#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "fuse/control_operations.h"
#include "fuse/filesystem.h"
#include "fuse/open_file.h"
#include "fuse/operations.h"
#include "fuse/thread_identity.h"

namespace vexevt {

void Open(fuse_req_t req, fuse_ino_t id, fuse_file_info* info) {
  if (OpenControl(req, id, info)) return;
  Telling told(req, kFsOpen);
  Filesystem& fs = FilesystemOf(req);
  Node& node = NodeOf(req, id);
  bool truncates = (info->flags & O_TRUNC) != 0;
  if (truncates) ThreadIdentity::Of().KeepPrivilegeBits(CurrentRequest().keep_privilege_bits);
  const int flags = FlagsBelow(fs, info->flags) & ~(O_CREAT | O_EXCL);
  UniqueFd fd = Reopen(fs, node.fd.get(), flags);
  // Of a file that can only be appended to (chattr +a). Gathered writes begin before its end.
  if (!fd && errno == EPERM && (info->flags & O_APPEND) != 0 && !fs.options.writeback) {
    fd = Reopen(fs, node.fd.get(), flags | O_APPEND);
  }
  int error = ErrorOf(fd.get());
  told.Of(node);
  told.record.open_flags = static_cast<std::uint32_t>(info->flags);
  told.Done(error);
  if (truncates) {
    Telling truncated(told, kFsTruncate);
    truncated.Of(node);
    truncated.Done(error);
  }
  if (error != 0) {
    fuse_reply_err(req, error);
    return;
  }
  ReplyOpened(req, MakeOpenFile(req, std::move(fd), node, info), info);
}

// Of each close of a descriptor. The file below is closed once, too, for what it may have to say then.
void Flush(fuse_req_t req, fuse_ino_t id, fuse_file_info* info) {
  if (CloseControl(req, id)) return;
  OpenFile& file = FileOf(info);
  const Who who = WhoAsks(req);
  Teller& teller = FilesystemOf(req).teller;
  if (teller.Wants(CloseTypeOf(file))) teller.Remember(who);
  {
    std::lock_guard lock(file.closer_mutex);
    file.closer = who;
  }
  fuse_reply_err(req, ErrorOf(::close(::dup(file.fd.get()))));
}

void Release(fuse_req_t req, fuse_ino_t id, fuse_file_info* info) {
  if (CloseControl(req, id)) return;
  ReleaseFile(FilesystemOf(req), FileOf(info));
  fuse_reply_err(req, 0);
}

void Sync(fuse_req_t req, fuse_ino_t, int data_only, fuse_file_info* info) {
  Telling told(req, kFsSync);
  OpenFile& file = FileOf(info);
  int error = ErrorOf(data_only != 0 ? ::fdatasync(file.fd.get()) : ::fsync(file.fd.get()));
  told.Of(*file.node);
  told.Done(error);
  fuse_reply_err(req, error);
}

}  // namespace vexevt
