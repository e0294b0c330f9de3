#include "fuse/open_file.h"

#include <fcntl.h>

#include <utility>

#include "fuse/passthrough.h"
#include "fuse/reply_patch.h"

namespace vexevt {

int FlagsBelow(const Filesystem& fs, int flags) {
  flags &= ~(O_NOFOLLOW | O_APPEND);  // each write says whether it appends
  // The kernel reads what surrounds a part of a page that is written.
  if (fs.options.writeback && (flags & O_ACCMODE) == O_WRONLY) flags = (flags & ~O_ACCMODE) | O_RDWR;
  return flags;
}

std::unique_ptr<OpenFile> MakeOpenFile(fuse_req_t req, UniqueFd fd, Node& node, fuse_file_info* info) {
  Filesystem& fs = FilesystemOf(req);
  auto file = std::make_unique<OpenFile>();
  file->fd = std::move(fd);
  file->node = &node;
  file->writable = (info->flags & O_ACCMODE) != O_RDONLY;
  file->closer = WhoAsks(req);
  if (fs.passthrough && node.type == S_IFREG) file->passthrough = BeginPassthrough(fs, node, file->fd.get());
  info->fh = reinterpret_cast<std::uint64_t>(file.get());
  info->direct_io = !file->passthrough && fs.options.cache == Cache::kNever;
  info->keep_cache = !file->passthrough && fs.options.cache == Cache::kAlways;
  return file;
}

int ReplyOpened(fuse_req_t req, OpenFile* file, const fuse_file_info* info) {
  OpenReply().backing_id = file->passthrough ? file->node->backing_id : 0;
  return fuse_reply_open(req, info);
}

int ReplyCreated(fuse_req_t req, const fuse_entry_param& entry, OpenFile* file, const fuse_file_info* info) {
  OpenReply().backing_id = file->passthrough ? file->node->backing_id : 0;
  return fuse_reply_create(req, &entry, info);
}

void CloseFile(Filesystem& fs, OpenFile& file) {
  if (file.passthrough) EndPassthrough(fs, *file.node);
}

}  // namespace vexevt
