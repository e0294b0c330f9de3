#include "lib/capture/directory_resolver.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

// A buffer in which a struct file_handle of any size is at home.
struct HandleBuffer {
  alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> bytes;
  file_handle* handle() { return reinterpret_cast<file_handle*>(bytes.data()); }
};

// Where an open directory is, as seen by us; empty where that cannot be told.
std::string PathOf(int fd) {
  std::array<char, DirectoryTree::kMaxPathBytes + 1> path;
  std::string link = "/proc/self/fd/" + std::to_string(fd);
  ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  if (size <= 0 || path[0] != '/') return {};
  std::string_view view(path.data(), static_cast<std::size_t>(size));
  // A directory may well be called so: only one without links is deleted.
  struct stat status;
  if (view.ends_with(kDeleted) && ::fstat(fd, &status) == 0 && status.st_nlink == 0)
    view.remove_suffix(kDeleted.size());
  return std::string(view);
}

// Takes the last component off.
std::string_view TakeName(std::string_view* path) {
  std::size_t slash = path->rfind('/');
  std::string_view name = path->substr(slash + 1);
  *path = path->substr(0, slash == 0 ? 1 : slash);
  return name;
}

}  // namespace

int KeyOf(int fd, const char* path, std::uint64_t fsid, std::string* key, int* mount) {
  HandleBuffer buffer;
  buffer.handle()->handle_bytes = MAX_HANDLE_SZ;
  int flags = *path == '\0' ? AT_EMPTY_PATH : 0;
  if (::name_to_handle_at(fd, path, buffer.handle(), mount, flags) < 0) return errno;
  key->resize(sizeof fsid);
  Store(key->data(), fsid);
  key->append(buffer.bytes.data(), sizeof(file_handle) + buffer.handle()->handle_bytes);
  return 0;
}

const WatchedFilesystem* DirectoryResolver::FilesystemOf(ObjectKey key) const {
  std::uint64_t fsid = FsidOf(key);
  for (const WatchedFilesystem& filesystem : filesystems_) {
    if (filesystem.fsid == fsid) return &filesystem;
  }
  return nullptr;
}

void DirectoryResolver::Refresh(DirectoryTree::Id id) {
  std::string key(tree_.Key(id));
  Ask(key, id);
}

DirectoryTree::Id DirectoryResolver::Ask(ObjectKey key, DirectoryTree::Id known) {
  ++asked_;
  auto unknown = [&] { return known != DirectoryTree::kNone ? known : tree_.AddTop(key, "?"); };
  const WatchedFilesystem* filesystem = FilesystemOf(key);
  if (filesystem == nullptr) return unknown();
  HandleBuffer buffer;
  std::string_view handle = HandleOf(key);
  std::memcpy(buffer.bytes.data(), handle.data(), handle.size());
  UniqueFd directory(::open_by_handle_at(filesystem->fd.get(), buffer.handle(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return unknown();
  std::string path = PathOf(directory.get());
  if (path.empty()) return unknown();

  // Up to an ancestor that the tree knows, or to the root of the mount.
  std::vector<std::string> keys = {std::string(key)};
  std::string_view rest = path;
  std::string up = "..";
  DirectoryTree::Id parent = DirectoryTree::kNone;
  std::vector<std::string_view> names;
  int mount = 0;
  std::string self;
  if (KeyOf(directory.get(), "", filesystem->fsid, &self, &mount) != 0) return unknown();
  const int home = mount;
  for (std::string above; rest.size() > 1; up += "/..", above.clear()) {
    if (up.size() >= DirectoryTree::kMaxPathBytes) return unknown();
    if (KeyOf(directory.get(), up.c_str(), filesystem->fsid, &above, &mount) != 0) return unknown();
    if (mount != home || above == keys.back()) break;  // keys.back() is the root of the mount, or of the file system
    names.push_back(TakeName(&rest));
    parent = tree_.Find(above);
    if (parent != DirectoryTree::kNone) break;
    keys.push_back(above);
  }
  if (parent == DirectoryTree::kNone) {
    parent = rest == filesystem->point ? tree_.AddTop(keys.back(), rest) : tree_.AddUnreachable(keys.back());
    keys.pop_back();
  }
  for (; !keys.empty(); keys.pop_back(), names.pop_back()) parent = tree_.Place(keys.back(), parent, names.back());
  return parent;
}

}  // namespace vexevt
