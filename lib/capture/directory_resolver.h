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

// A file system that is watched, and the mounts through which its paths can be seen, the preferred first.
struct WatchedFilesystem {
  struct View {
    std::uint32_t mount = 0;  // its id
    std::string point;        // where it is mounted
  };
  std::uint64_t fsid = 0;
  std::uint32_t device = 0;
  std::vector<View> views;
};

class DirectoryResolver {
 public:
  explicit DirectoryResolver(DirectoryTree* tree) : tree_(*tree) {}  // *tree outlives this

  // A mount is not held: it can be unmounted at any time. RemoveView is for one that was. Nodes do not outlive these.
  void AddView(std::uint64_t fsid, std::uint32_t device, WatchedFilesystem::View view);
  void RemoveView(std::uint32_t mount);
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
  // From a directory up, as far as the tree does not know it.
  struct Ascent {
    enum class End : std::uint8_t {
      kOutside,  // the mount does not reach there
      kKnown,    // the last one's parent is `parent`
      kMount,    // the last one is the mount's root
    };
    std::vector<std::string> keys,
        names;  // names[i] is that of keys[i]; of the last one only where the parent is known
    DirectoryTree::Id parent = DirectoryTree::kNone;
    std::string point;
    End end = End::kOutside;
  };

  DirectoryTree::Id Ask(ObjectKey key, DirectoryTree::Id known);
  bool Ascend(const WatchedFilesystem::View& view, ObjectKey key, Ascent* ascent);
  DirectoryTree::Id Keep(const Ascent& ascent);

  DirectoryTree& tree_;
  std::vector<WatchedFilesystem> filesystems_;
  std::uint64_t asked_ = 0;
};

// The key that fanotify gives an existing directory, and the id of the mount on which `path` (relative to `fd`) lies.
// errno on failure, else 0.
int KeyOf(int fd, const char* path, std::uint64_t fsid, std::string* key, int* mount);

// kPermissionDenied where we may not turn handles into paths. `fd` is any file on a file system that is watched.
Status MayOpenHandles(int fd);

}  // namespace vexevt
