#include "fuse/raw_request.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "fuse/protocol.h"
#include "lib/base/bytes.h"

namespace vexevt {
namespace {

template <typename Body>
bool BodyOf(const std::byte* request, std::size_t size, Body* body) {
  if (size < sizeof(fuse_in_header) + sizeof(Body)) return false;
  *body = Load<Body>(request + sizeof(fuse_in_header));
  return true;
}

protocol::StatxTime TimeOf(const statx_timestamp& time) { return {time.tv_sec, time.tv_nsec, 0}; }

// STATX asks for the time of birth, which attributes have no room for.
void AnswerStatx(Filesystem& fs, const fuse_in_header& header, std::uint32_t mask) {
  Node& node = header.nodeid == FUSE_ROOT_ID ? fs.nodes.root() : *reinterpret_cast<Node*>(header.nodeid);
  struct statx status;
  struct stat shown;
  int error =
      ErrorOf(::statx(node.fd.get(), "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, mask | STATX_BASIC_STATS, &status));
  if (error == 0) error = Stat(fs, node.fd.get(), &shown);
  protocol::StatxOut out = {};
  if (error == 0) {
    out.attr_valid = static_cast<std::uint64_t>(fs.timeout);
    out.attr_valid_nsec = static_cast<std::uint32_t>((fs.timeout - static_cast<double>(out.attr_valid)) * 1e9);
    out.mask = status.stx_mask;
    out.blksize = status.stx_blksize;
    out.nlink = status.stx_nlink;
    out.uid = status.stx_uid;
    out.gid = status.stx_gid;
    out.mode = status.stx_mode;
    out.ino = shown.st_ino;
    out.size = status.stx_size;
    out.blocks = status.stx_blocks;
    out.atime = TimeOf(status.stx_atime);
    out.btime = TimeOf(status.stx_btime);
    out.ctime = TimeOf(status.stx_ctime);
    out.mtime = TimeOf(status.stx_mtime);
    out.rdev_major = status.stx_rdev_major;
    out.rdev_minor = status.stx_rdev_minor;
  }
  std::size_t body = error == 0 ? sizeof out : 0;
  fuse_out_header answer = {static_cast<std::uint32_t>(sizeof answer + body), -error, header.unique};
  iovec parts[] = {{&answer, sizeof answer}, {&out, body}};
  [[maybe_unused]] ssize_t written = ::writev(fs.device_fd, parts, error == 0 ? 2 : 1);
}

}  // namespace

bool TakeRaw(Filesystem& fs, std::byte* request, std::size_t size) {
  if (size < sizeof(fuse_in_header)) return false;
  auto header = Load<fuse_in_header>(request);
  RequestFacts& facts = CurrentRequest();
  fuse_write_in write;
  fuse_setattr_in set;
  fuse_open_in open;
  fuse_create_in create;
  protocol::StatxIn stat;
  switch (header.opcode) {
    case FUSE_INIT: {
      fuse_init_in init;
      if (BodyOf(request, size, &init)) facts.offered = init.flags | std::uint64_t{init.flags2} << 32;
      return false;
    }
    case FUSE_WRITE:
      if (BodyOf(request, size, &write)) facts.keep_privilege_bits = (write.write_flags & FUSE_WRITE_KILL_SUIDGID) == 0;
      return false;
    case FUSE_SETATTR:
      if (BodyOf(request, size, &set)) facts.keep_privilege_bits = (set.valid & FATTR_KILL_SUIDGID) == 0;
      return false;
    case FUSE_OPEN:
      if (BodyOf(request, size, &open)) facts.keep_privilege_bits = (open.open_flags & FUSE_OPEN_KILL_SUIDGID) == 0;
      return false;
    case FUSE_TMPFILE:  // the same request and answer as CREATE
      facts.tmpfile = BodyOf(request, size, &create);
      Store<std::uint32_t>(request + offsetof(fuse_in_header, opcode), FUSE_CREATE);
      return false;
    case protocol::kStatx:
      if (!BodyOf(request, size, &stat)) return false;
      AnswerStatx(fs, header, stat.sx_mask);
      return true;
    default:
      return false;
  }
}

}  // namespace vexevt
