#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

#include "fuse/filesystem.h"
#include "fuse/operations.h"
#include "lib/base/bytes.h"

namespace vexevt {

struct OpenDirectory {
  UniqueFd fd;
  Node* node = nullptr;
  std::mutex mutex;
  off_t next = 0;                // where what lies in `entries` from `at` on begins
  std::size_t at = 0, size = 0;  // of what was read and not yet asked for
  std::array<std::byte, 32 << 10> entries;
};

namespace {

OpenDirectory& DirectoryOf(const fuse_file_info* info) { return *reinterpret_cast<OpenDirectory*>(info->fh); }

// As getdents64 gives it.
struct Entry {
  ino_t inode;
  off_t next;
  unsigned char type;
  const char* name;
  std::size_t bytes;
};

Entry EntryAt(const std::byte* at) {
  Entry entry;
  entry.inode = Load<std::uint64_t>(at);
  entry.next = Load<std::int64_t>(at + 8);
  entry.bytes = Load<std::uint16_t>(at + 16);
  entry.type = Load<std::uint8_t>(at + 18);
  entry.name = reinterpret_cast<const char*>(at + 19);
  return entry;
}

// Makes the entry at `offset` the one at directory.at. False with *error 0: there is none.
bool Fetch(OpenDirectory& directory, off_t offset, int* error) {
  *error = 0;
  if (offset != directory.next) {
    directory.at = directory.size = 0;
    *error = ErrorOf(::lseek(directory.fd.get(), offset, SEEK_SET));
    if (*error != 0) return false;
    directory.next = offset;
  }
  if (directory.at < directory.size) return true;
  long size = ::syscall(SYS_getdents64, directory.fd.get(), directory.entries.data(), directory.entries.size());
  *error = ErrorOf(size);
  directory.at = 0;
  directory.size = size > 0 ? static_cast<std::size_t>(size) : 0;
  return size > 0;
}

bool IsDots(const char* name) { return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0; }

// The bytes that `entry` takes at `to`; more than `room`: nothing was done. Adds a reference where `plus`.
std::size_t Add(fuse_req_t req, OpenDirectory& directory, const Entry& entry, bool plus, char* to, std::size_t room) {
  struct stat status = {};
  status.st_ino = entry.inode;
  status.st_mode = static_cast<mode_t>(entry.type) << 12;
  if (!plus) return fuse_add_direntry(req, to, room, entry.name, &status, entry.next);
  std::size_t needed = fuse_add_direntry_plus(req, nullptr, 0, entry.name, nullptr, 0);
  if (needed > room) return needed;
  fuse_entry_param found = {};
  // One that has just gone, or can't be looked up, is told by name alone.
  if (IsDots(entry.name) || Find(FilesystemOf(req), *directory.node, entry.name, &found) != 0) found.attr = status;
  return fuse_add_direntry_plus(req, to, room, entry.name, &found, entry.next);
}

void List(fuse_req_t req, size_t size, off_t offset, fuse_file_info* info, bool plus) {
  Telling told(req, kFsList);
  OpenDirectory& directory = DirectoryOf(info);
  std::unique_lock lock(directory.mutex);
  auto answer = std::make_unique_for_overwrite<char[]>(size);
  std::size_t used = 0;
  int error = 0;
  while (Fetch(directory, offset, &error)) {
    Entry entry = EntryAt(directory.entries.data() + directory.at);
    std::size_t bytes = Add(req, directory, entry, plus, answer.get() + used, size - used);
    if (bytes > size - used) break;
    used += bytes;
    directory.at += entry.bytes;
    directory.next = offset = entry.next;
  }
  if (used > 0) error = 0;  // the error comes again
  told.Of(*directory.node);
  told.Done(error);
  lock.unlock();  // with the answer the kernel may close the directory
  if (error != 0) {
    fuse_reply_err(req, error);
  } else {
    fuse_reply_buf(req, answer.get(), used);
  }
}

}  // namespace

void OpenDir(fuse_req_t req, fuse_ino_t id, fuse_file_info* info) {
  Filesystem& fs = FilesystemOf(req);
  Node& node = NodeOf(req, id);
  UniqueFd fd = Reopen(fs, node.fd.get(), O_RDONLY | O_DIRECTORY);
  if (!fd) {
    fuse_reply_err(req, errno);
    return;
  }
  auto directory = std::make_unique<OpenDirectory>();
  directory->fd = std::move(fd);
  directory->node = &node;
  info->fh = reinterpret_cast<std::uint64_t>(directory.get());
  info->cache_readdir = info->keep_cache = fs.options.cache == Cache::kAlways;
  if (fuse_reply_open(req, info) != -ENOENT) directory.release();
}

void ReadDir(fuse_req_t req, fuse_ino_t, size_t size, off_t offset, fuse_file_info* info) {
  List(req, size, offset, info, /*plus=*/false);
}

void ReadDirPlus(fuse_req_t req, fuse_ino_t, size_t size, off_t offset, fuse_file_info* info) {
  List(req, size, offset, info, /*plus=*/true);
}

void ReleaseDir(fuse_req_t req, fuse_ino_t, fuse_file_info* info) {
  delete &DirectoryOf(info);
  fuse_reply_err(req, 0);
}

void SyncDir(fuse_req_t req, fuse_ino_t, int data_only, fuse_file_info* info) {
  Telling told(req, kFsSync);
  OpenDirectory& directory = DirectoryOf(info);
  int error = ErrorOf(data_only != 0 ? ::fdatasync(directory.fd.get()) : ::fsync(directory.fd.get()));
  told.Of(*directory.node);
  told.Done(error);
  fuse_reply_err(req, error);
}

}  // namespace vexevt
