#include "fuse/open_file.h"

#include <fcntl.h>

#include <utility>

#include "fuse/passthrough.h"
#include "fuse/reply_patch.h"

namespace vexevt {
namespace {

void CloseFile(Filesystem& fs, OpenFile& file) {
  if (file.passthrough) EndPassthrough(fs, *file.node);
  fs.open_files.Remove(file);
}

}  // namespace

EventType CloseTypeOf(const OpenFile& file) { return (file.flags & O_ACCMODE) == O_RDONLY ? kFsClose : kFsCloseWrite; }

int FlagsBelow(const Filesystem& fs, int flags) {
  flags &= ~(O_NOFOLLOW | O_APPEND);  // each write says whether it appends
  // The kernel reads what surrounds a part of a page that is written.
  if (fs.options.writeback && (flags & O_ACCMODE) == O_WRONLY) flags = (flags & ~O_ACCMODE) | O_RDWR;
  return flags;
}

OpenFile& MakeOpenFile(fuse_req_t req, UniqueFd fd, Node& node, fuse_file_info* info) {
  Filesystem& fs = FilesystemOf(req);
  OpenFile& file = fs.open_files.Add();
  file.fd = std::move(fd);
  file.node = &node;
  file.flags = info->flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
  file.closer = WhoAsks(req);
  if (fs.passthrough && node.type == S_IFREG) file.passthrough = BeginPassthrough(fs, node, file.fd.get());
  info->fh = reinterpret_cast<std::uint64_t>(&file);
  info->direct_io = !file.passthrough && fs.options.cache == Cache::kNever;
  info->keep_cache = !file.passthrough && fs.options.cache == Cache::kAlways;
  return file;
}

int ReplyOpened(fuse_req_t req, OpenFile& file, const fuse_file_info* info) {
  Filesystem& fs = FilesystemOf(req);
  OpenReply().backing_id = file.passthrough ? file.node->backing_id : 0;
  int answered = fuse_reply_open(req, info);
  if (answered == -ENOENT) CloseFile(fs, file);
  return answered;
}

int ReplyCreated(fuse_req_t req, const fuse_entry_param& entry, OpenFile& file, const fuse_file_info* info) {
  Filesystem& fs = FilesystemOf(req);
  OpenReply().backing_id = file.passthrough ? file.node->backing_id : 0;
  int answered = fuse_reply_create(req, &entry, info);
  if (answered == -ENOENT) CloseFile(fs, file);
  return answered;
}

void ReleaseFile(Filesystem& fs, OpenFile& file) {
  Telling told(fs, CloseTypeOf(file), file.closer);  // the kernel doesn't say who
  if (told.wanted()) {
    struct stat status;
    if (::fstat(file.fd.get(), &status) == 0) told.With(status);
    told.Of(*file.node);
    told.record.open_flags = static_cast<std::uint32_t>(file.flags);
  }
  CloseFile(fs, file);
  told.Done(0);
}

void ReleaseAllFiles(Filesystem& fs) {
  while (OpenFile* file = fs.open_files.First()) ReleaseFile(fs, *file);
}

}  // namespace vexevt
