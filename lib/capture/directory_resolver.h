// DirectoryResolver: asks the kernel for directories that the tree does not know, and keeps what it told in the tree.
// Each ancestor becomes a node too, so that a later rename of one of them moves this one as well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/directory_tree.h"

namespace vexevt {

// A file system that is watched, and the mount through which its paths are seen.
struct WatchedFilesystem {
  std::uint64_t fsid = 0;
  std::uint32_t device = 0, mount = 0;
  std::string point;  // where it is mounted
  UniqueFd fd;        // some directory on that mount
};

class DirectoryResolver {
 public:
  explicit DirectoryResolver(DirectoryTree* tree) : tree_(*tree) {}  // *tree outlives this

  void AddFilesystem(WatchedFilesystem filesystem) { filesystems_.push_back(std::move(filesystem)); }
  const WatchedFilesystem* FilesystemOf(ObjectKey key) const;
  const std::vector<WatchedFilesystem>& filesystems() const { return filesystems_; }

  // The node of a directory, always: one whose path is "?" when it is gone and was never met.
  DirectoryTree::Id Find(ObjectKey key) {
    DirectoryTree::Id id = tree_.Find(key);
    return id != DirectoryTree::kNone ? id : Ask(key, DirectoryTree::kNone);
  }

  // Asks again, where the tree may be behind: after renames that the kernel may have merged.
  void Refresh(DirectoryTree::Id id);

  std::uint64_t asked() const { return asked_; }

 private:
  DirectoryTree::Id Ask(ObjectKey key, DirectoryTree::Id known);

  DirectoryTree& tree_;
  std::vector<WatchedFilesystem> filesystems_;
  std::uint64_t asked_ = 0;
};

// The key that fanotify gives an existing directory, and the id of the mount on which `path` (relative to `fd`) lies.
// errno on failure, else 0.
int KeyOf(int fd, const char* path, std::uint64_t fsid, std::string* key, int* mount);

}  // namespace vexevt
