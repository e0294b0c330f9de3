#include "lib/capture/inotify_watcher.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>

#include "lib/base/unique_fd.h"

namespace vexevt {
namespace {

std::string ReadLimit(const char* name) {
  UniqueFd fd(::open(fmt::format("/proc/sys/fs/inotify/{}", name).c_str(), O_RDONLY | O_CLOEXEC));
  char text[32];
  ssize_t count = fd ? ::read(fd.get(), text, sizeof text) : 0;
  while (count > 0 && text[count - 1] == '\n') --count;
  return count > 0 ? std::string(text, static_cast<std::size_t>(count)) : "?";
}

// readdir, told apart from its errors: what may not be read is empty.
std::vector<DirectoryEntry> ListPath(const std::string& path) {
  std::vector<DirectoryEntry> entries;
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  std::unique_ptr<DIR, Close> directory(::opendir(path.empty() ? "/" : path.c_str()));
  if (!directory) return entries;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_directory = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat status;
      is_directory = ::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISDIR(status.st_mode);
    }
    entries.push_back({std::string(name), is_directory});
  }
  return entries;
}

}  // namespace

std::size_t CountDirectories(const std::string& path) {
  std::vector<std::string> waiting{path};
  for (std::size_t count = 0;; ++count) {
    if (waiting.empty()) return count;
    std::string next = std::move(waiting.back());
    waiting.pop_back();
    for (const DirectoryEntry& entry : ListPath(next)) {
      if (entry.directory) waiting.push_back(next + "/" + entry.name);
    }
  }
}

Status InotifyWatcher::LimitReached(const std::string& path) const {
  // While the roots are walked for the first time the whole need can be told; later only that it is more.
  std::string need;
  if (!counting_from_.empty()) {
    std::size_t directories = CountDirectories(counting_from_);
    need = fmt::format("; '{}' has {} directories, and each needs a watch: sysctl fs.inotify.max_user_watches={}",
                       counting_from_, directories, std::bit_ceil(directories + directories / 2));
  } else {
    need = fmt::format("; {} directories are watched and each needs one: raise fs.inotify.max_user_watches by sysctl",
                       tree_.size());
  }
  return ResourceExhausted(
      fmt::format("cannot watch '{}': the user's inotify watches are used up, "
                  "fs.inotify.max_user_watches is {}{}",
                  path, ReadLimit("max_user_watches"), need));
}

// A negative errno where the directory is gone or may not be watched.
Result<int> InotifyWatcher::AddWatch(const std::string& path, std::uint32_t more, std::uint64_t* device) {
  const char* name = path.empty() ? "/" : path.c_str();
  int watch = ::inotify_add_watch(fd_, name, mask_ | more | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK);
  if (watch < 0) {
    if (errno == ENOSPC) return LimitReached(path);
    constexpr int kOfThePath[] = {ENOENT, ENOTDIR, ELOOP, EACCES, EPERM, ENAMETOOLONG};
    if (std::ranges::find(kOfThePath, errno) != std::end(kOfThePath)) return -errno;
    return ErrnoStatus(fmt::format("cannot watch '{}'", name), errno);
  }
  struct stat status {};
  *device = ::stat(name, &status) == 0 ? status.st_dev : 0;
  return watch;
}

Result<WatchTree::Node> InotifyWatcher::WatchRoot(const std::string& path) {
  std::string stored = path == "/" ? "" : path;
  std::uint64_t device = 0;
  counting_from_ = path;
  VEXEVT_ASSIGN(int watch, AddWatch(stored, IN_DELETE_SELF | IN_MOVE_SELF, &device));
  counting_from_.clear();
  if (watch < 0) return ErrnoStatus(fmt::format("cannot watch '{}'", path), -watch);
  WatchTree::Node known = tree_.FindWatch(watch);
  return known != WatchTree::kNone ? known : tree_.AddRoot(stored, watch, device);
}

Result<InotifyWatcher::Watched> InotifyWatcher::WatchChild(WatchTree::Node parent, std::string_view name) {
  std::uint64_t device = 0;
  std::string path = PathOf(parent, name);
  VEXEVT_ASSIGN(int watch, AddWatch(path, 0, &device));
  bool vanished = watch == -ENOENT || watch == -ENOTDIR || watch == -ELOOP;
  if (watch < 0 && !vanished) warn_(fmt::format("cannot watch '{}': {}", path, std::strerror(-watch)));
  if (watch < 0) return Watched{};
  if (WatchTree::Node known = tree_.FindWatch(watch); known != WatchTree::kNone) return Watched{known, true};
  if (WatchTree::Node stale = tree_.FindChild(parent, name); stale != WatchTree::kNone) Forget(stale);
  return Watched{tree_.Add(parent, name, watch, device), false};
}

Status InotifyWatcher::WatchBelow(WatchTree::Node top) {
  if (tree_.parent(top) == WatchTree::kNone) counting_from_ = tree_.name(top).empty() ? "/" : tree_.name(top);
  std::vector<WatchTree::Node> waiting{top};
  while (!waiting.empty()) {
    WatchTree::Node next = waiting.back();
    waiting.pop_back();
    for (const DirectoryEntry& entry : List(next)) {
      if (!entry.directory) continue;
      VEXEVT_ASSIGN(Watched child, WatchChild(next, entry.name));
      if (child.node != WatchTree::kNone && !child.known) waiting.push_back(child.node);
    }
  }
  counting_from_.clear();
  return {};
}

std::vector<DirectoryEntry> InotifyWatcher::List(WatchTree::Node directory) const {
  std::vector<DirectoryEntry> entries = ListPath(PathOf(directory));
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

void InotifyWatcher::Forget(WatchTree::Node node) {
  std::vector<int> watches;
  tree_.Remove(node, &watches);
  for (int watch : watches) ::inotify_rm_watch(fd_, watch);  // fails where the directory is gone already
}

std::string InotifyWatcher::PathOf(WatchTree::Node node) const {
  std::string path;
  tree_.AppendPath(node, &path);
  return path;
}

std::string InotifyWatcher::PathOf(WatchTree::Node node, std::string_view name) const {
  std::string path = PathOf(node);
  path += '/';
  path += name;
  return path;
}

}  // namespace vexevt
