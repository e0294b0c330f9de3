#include "lib/capture/directory_resolver.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

Status MayOpenHandles(int fd) {
  std::string key;
  int mount = 0;
  if (KeyOf(fd, "", 0, &key, &mount) != 0) return Status::Ok();  // no handles at all: the mark will say so
  HandleBuffer buffer;
  std::string_view handle = HandleOf(key);
  std::memcpy(buffer.bytes.data(), handle.data(), handle.size());
  UniqueFd opened(::open_by_handle_at(fd, buffer.handle(), O_PATH | O_CLOEXEC));
  if (opened || errno != EPERM) return Status::Ok();
  return Status(StatusCode::kPermissionDenied,
                "cannot use fanotify: paths cannot be known without CAP_DAC_READ_SEARCH");
}

const WatchedFilesystem* DirectoryResolver::FilesystemOf(ObjectKey key) const {
  auto found = std::ranges::find(filesystems_, FsidOf(key), &WatchedFilesystem::fsid);
  return found == filesystems_.end() ? nullptr : &*found;
}

void DirectoryResolver::AddView(std::uint64_t fsid, std::uint32_t device, WatchedFilesystem::View view) {
  auto found = std::ranges::find(filesystems_, fsid, &WatchedFilesystem::fsid);
  if (found == filesystems_.end()) found = filesystems_.insert(found, {.fsid = fsid, .device = device, .views = {}});
  if (std::ranges::find(found->views, view.mount, &WatchedFilesystem::View::mount) != found->views.end()) return;
  found->views.push_back(std::move(view));
  tree_.Clear();  // what was out of reach may be seen now
}

void DirectoryResolver::RemoveView(std::uint32_t mount) {
  std::size_t removed = 0;
  for (WatchedFilesystem& filesystem : filesystems_) {
    removed += std::erase_if(filesystem.views, [&](const auto& view) { return view.mount == mount; });
  }
  if (removed > 0) tree_.Clear();  // the same file system can come back elsewhere
  std::erase_if(filesystems_, [](const WatchedFilesystem& filesystem) { return filesystem.views.empty(); });
}

void DirectoryResolver::Refresh(DirectoryTree::Id id) {
  std::string key(tree_.Key(id));
  Ask(key, id);
}

DirectoryTree::Id DirectoryResolver::Ask(ObjectKey key, DirectoryTree::Id known) {
  ++asked_;
  const WatchedFilesystem* filesystem = FilesystemOf(key);
  Ascent ascent, outside;
  if (filesystem != nullptr) {
    for (const WatchedFilesystem::View& view : filesystem->views) {
      if (!Ascend(view, key, &ascent)) continue;
      if (ascent.end != Ascent::End::kOutside) return Keep(ascent);
      outside = std::move(ascent);
    }
  }
  if (!outside.keys.empty()) return Keep(outside);
  return known != DirectoryTree::kNone ? known : tree_.AddTop(key, "?");
}

// False: it is gone, or the mount is.
bool DirectoryResolver::Ascend(const WatchedFilesystem::View& view, ObjectKey key, Ascent* ascent) {
  const std::uint64_t fsid = FsidOf(key);
  // Opened each time: who holds a descriptor keeps it from being unmounted. O_PATH would not do for open_by_handle_at.
  UniqueFd point(::open(view.point.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  std::string root;
  int mount = 0;
  if (!point || KeyOf(point.get(), "", fsid, &root, &mount) != 0) return false;
  const int home = mount;
  if (static_cast<std::uint32_t>(home) != view.mount) return false;  // another one covers it
  HandleBuffer buffer;
  std::string_view handle = HandleOf(key);
  std::memcpy(buffer.bytes.data(), handle.data(), handle.size());
  UniqueFd directory(::open_by_handle_at(point.get(), buffer.handle(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return false;
  std::string path = PathOf(directory.get());
  if (path.empty()) return false;

  *ascent = {.keys = {std::string(key)}};
  std::string_view rest = path;
  std::string up = "..";
  for (std::string above; ascent->keys.back() != root && rest.size() > 1; up += "/..", above.clear()) {
    if (up.size() >= DirectoryTree::kMaxPathBytes) return false;
    if (KeyOf(directory.get(), up.c_str(), fsid, &above, &mount) != 0) return false;
    if (mount != home || above == ascent->keys.back()) return true;  // the file system's root, which the mount hides
    ascent->names.emplace_back(TakeName(&rest));
    if (DirectoryTree::Id parent = tree_.Find(above); parent != DirectoryTree::kNone) {
      ascent->parent = parent;
      ascent->end = Ascent::End::kKnown;
      return true;
    }
    ascent->keys.push_back(above);
  }
  if (ascent->keys.back() == root) {
    ascent->end = Ascent::End::kMount;
    ascent->point = view.point;
  }
  return true;
}

DirectoryTree::Id DirectoryResolver::Keep(const Ascent& ascent) {
  std::size_t left = ascent.keys.size();
  DirectoryTree::Id at = ascent.parent;
  if (ascent.end == Ascent::End::kMount) at = tree_.AddTop(ascent.keys[--left], ascent.point);
  if (ascent.end == Ascent::End::kOutside) at = tree_.AddUnreachable(ascent.keys[--left]);
  for (; left > 0; --left) at = tree_.Place(ascent.keys[left - 1], at, ascent.names[left - 1]);
  return at;
}

}  // namespace vexevt
