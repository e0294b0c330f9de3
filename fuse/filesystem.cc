#include "fuse/filesystem.h"

#include <unistd.h>

#include <charconv>
#include <cstring>
#include <utility>

namespace vexevt {
namespace {

constexpr std::string_view kOwnFds = "/proc/self/fd/";

int StatBelow(int fd, struct stat* status) {
  return ErrorOf(::fstatat(fd, "", status, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));
}

void ShowNumber(const Filesystem& fs, struct stat* status) {
  if (status->st_dev == fs.nodes.device()) return;
  // Numbers of file systems are small; the upper half keeps them apart.
  status->st_ino ^= (static_cast<ino_t>(status->st_dev) * 0x9e3779b1) << 32 | ino_t{1} << 63;
}

int FillEntry(Filesystem& fs, Node& parent, std::string_view name, UniqueFd fd, std::uint64_t renames,
              fuse_entry_param* entry) {
  *entry = {};
  if (int error = StatBelow(fd.get(), &entry->attr)) return error;
  Node* node = fs.nodes.Enter(std::move(fd), entry->attr, parent, name, renames);
  fs.pruner.Added();
  entry->ino = node == &fs.nodes.root() ? fuse_ino_t{FUSE_ROOT_ID} : reinterpret_cast<fuse_ino_t>(node);
  entry->attr_timeout = entry->entry_timeout = fs.timeout;
  ShowNumber(fs, &entry->attr);
  return 0;
}

}  // namespace

int Stat(const Filesystem& fs, int fd, struct stat* status) {
  int error = StatBelow(fd, status);
  if (error == 0) ShowNumber(fs, status);
  return error;
}

ProcPath::ProcPath(int fd) {
  std::memcpy(text.data(), kOwnFds.data(), kOwnFds.size());
  *std::to_chars(text.data() + kOwnFds.size(), text.data() + text.size() - 1, fd).ptr = '\0';
}

const char* ProcPath::name() const { return text.data() + kOwnFds.size(); }

UniqueFd Reopen(const Filesystem& fs, int fd, int flags) {
  return UniqueFd(::openat(fs.own_fds.get(), ProcPath(fd).name(), flags | O_CLOEXEC));
}

int Find(Filesystem& fs, Node& parent, const char* name, fuse_entry_param* entry) {
  std::uint64_t renames = fs.nodes.renames();
  UniqueFd fd(::openat(parent.fd.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return errno;
  return FillEntry(fs, parent, name, std::move(fd), renames, entry);
}

int Enter(Filesystem& fs, Node& parent, std::string_view name, int fd, fuse_entry_param* entry) {
  std::uint64_t renames = fs.nodes.renames();
  UniqueFd path_fd = Reopen(fs, fd, O_PATH);
  if (!path_fd) return errno;
  return FillEntry(fs, parent, name, std::move(path_fd), renames, entry);
}

void ReplyEntry(fuse_req_t req, int error, const fuse_entry_param& entry) {
  if (error != 0) {
    fuse_reply_err(req, error);
  } else if (fuse_reply_entry(req, &entry) == -ENOENT) {  // interrupted: the kernel doesn't know of it
    FilesystemOf(req).nodes.Forget(NodeOf(req, entry.ino), 1);
  }
}

RequestFacts& CurrentRequest() {
  thread_local RequestFacts facts;
  return facts;
}

}  // namespace vexevt
