#include "fuse/operations.h"

#include <array>

#include "fuse/filesystem.h"
#include "fuse/protocol.h"
#include "fuse/reply_patch.h"

namespace vexevt {
namespace {

void WantWhere(fuse_conn_info* connection, unsigned capability, bool wanted) {
  connection->want &= ~capability;
  if (wanted) connection->want |= connection->capable & capability;
}

void Init(void* userdata, fuse_conn_info* connection) {
  auto& fs = *static_cast<Filesystem*>(userdata);
  WantWhere(connection, FUSE_CAP_WRITEBACK_CACHE, fs.options.writeback);
  WantWhere(connection, FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE, fs.options.splice);
  WantWhere(connection, FUSE_CAP_PARALLEL_DIROPS, true);
  // The mode below is made of umask and the directory's ACL by the kernel below, which knows both.
  WantWhere(connection, FUSE_CAP_POSIX_ACL | FUSE_CAP_DONT_MASK, true);
  WantWhere(connection, FUSE_CAP_CACHE_SYMLINKS, fs.options.cache == Cache::kAlways);
  // The first form of it has the kernel leave set-user-ID bits to us, without saying who may keep them; the second
  // says.
  WantWhere(connection, FUSE_CAP_HANDLE_KILLPRIV, false);
  connection->max_background = 64;
  connection->congestion_threshold = 48;
  InitPatch& patch = InitReply();
  patch.pending = true;
  patch.flags = FUSE_HANDLE_KILLPRIV_V2 | protocol::kInitDirectIoAllowMmap;
  if (fs.options.passthrough && (CurrentRequest().offered & protocol::kInitPassthrough) != 0) {
    patch.flags |= protocol::kInitPassthrough;
    patch.max_stack_depth = 1;
    fs.passthrough = true;
  }
}

}  // namespace

const fuse_lowlevel_ops& Operations() {
  static const fuse_lowlevel_ops operations = [] {
    fuse_lowlevel_ops table = {};
    table.init = Init;
    table.lookup = Lookup;
    table.forget = Forget;
    table.forget_multi = ForgetMany;
    table.getattr = GetAttributes;
    table.setattr = SetAttributes;
    table.readlink = ReadLink;
    table.statfs = StatFilesystem;
    table.mknod = MakeNode;
    table.mkdir = MakeDirectory;
    table.symlink = MakeSymlink;
    table.link = MakeLink;
    table.create = Create;
    table.unlink = Unlink;
    table.rmdir = RemoveDirectory;
    table.rename = Rename;
    table.open = Open;
    table.flush = Flush;
    table.release = Release;
    table.fsync = Sync;
    table.read = Read;
    table.write_buf = Write;
    table.fallocate = Allocate;
    table.copy_file_range = CopyRange;
    table.lseek = Seek;
    table.opendir = OpenDir;
    table.readdir = ReadDir;
    table.readdirplus = ReadDirPlus;
    table.releasedir = ReleaseDir;
    table.fsyncdir = SyncDir;
    table.setxattr = SetXattr;
    table.getxattr = GetXattr;
    table.listxattr = ListXattr;
    table.removexattr = RemoveXattr;
    table.ioctl = Ioctl;
    return table;
  }();
  return operations;
}

}  // namespace vexevt
