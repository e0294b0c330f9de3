#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "fuse/control_operations.h"
#include "fuse/filesystem.h"
#include "fuse/one_buffer.h"
#include "fuse/operations.h"
#include "fuse/thread_identity.h"

namespace vexevt {
namespace {

// Aligned for O_DIRECT; of this thread.
std::byte* ReadRoom(std::size_t size) {
  constexpr std::size_t kAlignment = 4096;
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  thread_local std::unique_ptr<void, Free> room;
  thread_local std::size_t room_size = 0;
  if (size > room_size) {
    room_size = (size + kAlignment - 1) / kAlignment * kAlignment;
    room.reset(std::aligned_alloc(kAlignment, room_size));
  }
  return static_cast<std::byte*>(room.get());
}

void TellRange(Telling& told, const OpenFile& file, off_t offset, std::uint64_t length) {
  told.Of(*file.node);
  told.record.offset = static_cast<std::uint64_t>(offset);
  told.record.length = length;
}

// How much of what a reader wants is there: for a read that is done by the answer.
std::uint64_t Available(int fd, std::size_t size, off_t offset) {
  struct stat status;
  if (::fstat(fd, &status) != 0 || status.st_size <= offset) return 0;
  return std::min<std::uint64_t>(size, static_cast<std::uint64_t>(status.st_size - offset));
}

// In small parts too, as a signal or a full disk may leave them. Whether to append is asked each time: O_APPEND comes
// and goes with fcntl, of which the kernel says nothing.
ssize_t WriteAt(int fd, std::byte* data, std::size_t size, off_t offset, int flags) {
  std::size_t done = 0;
  while (done < size) {
    iovec part{data + done, size - done};
    ssize_t more = ::pwritev2(fd, &part, 1, offset + static_cast<off_t>(done), flags);
    if (more <= 0) return done > 0 ? static_cast<ssize_t>(done) : more;
    done += static_cast<std::size_t>(more);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

void Read(fuse_req_t req, fuse_ino_t, size_t size, off_t offset, fuse_file_info* info) {
  Telling told(req, kFsRead);
  OpenFile& file = FileOf(info);
  if (FilesystemOf(req).options.splice) {
    TellRange(told, file, offset, told.wanted() ? Available(file.fd.get(), size, offset) : 0);
    told.Done(0);
    fuse_bufvec data = OneBuffer(size);
    data.buf[0].flags = static_cast<fuse_buf_flags>(FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK);
    data.buf[0].fd = file.fd.get();
    data.buf[0].pos = offset;
    fuse_reply_data(req, &data, FUSE_BUF_SPLICE_MOVE);
    return;
  }
  std::byte* room = ReadRoom(size);
  ssize_t done = room != nullptr ? ::pread(file.fd.get(), room, size, offset) : (errno = ENOMEM, -1);
  int error = ErrorOf(done);
  TellRange(told, file, offset, error == 0 ? static_cast<std::uint64_t>(done) : 0);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_buf(req, reinterpret_cast<const char*>(room), static_cast<size_t>(done));
  }
}

void Write(fuse_req_t req, fuse_ino_t id, fuse_bufvec* data, off_t offset, fuse_file_info* info) {
  if (WriteControl(req, id, data)) return;
  Telling told(req, kFsWrite);
  OpenFile& file = FileOf(info);
  bool piped = (data->buf[0].flags & FUSE_BUF_IS_FD) != 0;
  // In a pipe the request's flags can't be seen: root alone is then taken for one who may keep the bits.
  ThreadIdentity::Of().KeepPrivilegeBits(piped ? fuse_req_ctx(req)->uid == 0 : CurrentRequest().keep_privilege_bits);
  ssize_t done;
  if (piped) {
    fuse_bufvec to = OneBuffer(fuse_buf_size(data));
    to.buf[0].flags = static_cast<fuse_buf_flags>(FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK);
    to.buf[0].fd = file.fd.get();
    to.buf[0].pos = offset;
    done = fuse_buf_copy(&to, data, FUSE_BUF_SPLICE_MOVE);
    if (done < 0) errno = static_cast<int>(-done);
  } else {
    int flags = (info->flags & O_APPEND) != 0 ? RWF_APPEND : 0;
    done = WriteAt(file.fd.get(), static_cast<std::byte*>(data->buf[0].mem), data->buf[0].size, offset, flags);
  }
  int error = ErrorOf(done);
  TellRange(told, file, offset, error == 0 ? static_cast<std::uint64_t>(done) : 0);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_write(req, static_cast<size_t>(done));
  }
}

void Allocate(fuse_req_t req, fuse_ino_t, int mode, off_t offset, off_t length, fuse_file_info* info) {
  Telling told(req, kFsAllocate);
  OpenFile& file = FileOf(info);
  ThreadIdentity::Of().KeepPrivilegeBits(fuse_req_ctx(req)->uid == 0);
  int error = ErrorOf(::fallocate(file.fd.get(), mode, offset, length));
  TellRange(told, file, offset, static_cast<std::uint64_t>(length));
  told.Done(error);
  fuse_reply_err(req, error);
}

void CopyRange(fuse_req_t req, fuse_ino_t, off_t from, fuse_file_info* from_info, fuse_ino_t, off_t to,
               fuse_file_info* to_info, size_t length, int flags) {
  Telling told(req, kFsCopy);
  OpenFile& source = FileOf(from_info);
  OpenFile& target = FileOf(to_info);
  ThreadIdentity::Of().KeepPrivilegeBits(fuse_req_ctx(req)->uid == 0);
  const off_t at = to;
  ssize_t done = ::copy_file_range(source.fd.get(), &from, target.fd.get(), &to, length, static_cast<unsigned>(flags));
  int error = ErrorOf(done);
  if (error == 0) told.record.length = static_cast<std::uint64_t>(done);
  told.record.offset = static_cast<std::uint64_t>(at);
  told.To(*target.node, {});
  told.Of(*source.node);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_write(req, static_cast<size_t>(done));
  }
}

void Seek(fuse_req_t req, fuse_ino_t, off_t offset, int whence, fuse_file_info* info) {
  Telling told(req, kFsSeek);
  OpenFile& file = FileOf(info);
  off_t found = ::lseek(file.fd.get(), offset, whence);
  int error = ErrorOf(found);
  told.Of(*file.node);
  told.record.offset = static_cast<std::uint64_t>(error == 0 ? found : offset);
  told.Done(error);
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_lseek(req, found);
  }
}

}  // namespace vexevt
