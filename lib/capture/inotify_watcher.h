// InotifyWatcher: puts directories under watch, all that lie below included, and keeps the tree of them.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/capture/watch_tree.h"

namespace vexevt {

struct DirectoryEntry {
  std::string name;
  bool directory;
};

class InotifyWatcher {
 public:
  using Warn = std::function<void(std::string_view)>;

  // `fd` is an inotify descriptor, borrowed. Watches get `mask`. Directories that may not be read are passed over, and
  // told to `warn`.
  InotifyWatcher(int fd, std::uint32_t mask, Warn warn) : fd_(fd), mask_(mask), warn_(std::move(warn)) {}

  WatchTree& tree() { return tree_; }
  const WatchTree& tree() const { return tree_; }

  // The directory alone, with word of its own end (IN_DELETE_SELF, IN_MOVE_SELF). kResourceExhausted: the user's limit
  // of watches is reached; the message says how to raise it.
  Result<WatchTree::Node> WatchRoot(const std::string& path);
  struct Watched {
    WatchTree::Node node = WatchTree::kNone;
    bool known = false;  // the watch was there already; `node` is where the tree has it, which may be elsewhere
  };
  Result<Watched> WatchChild(WatchTree::Node parent, std::string_view name);

  // Everything below `top`, which is watched; links are not followed. Nothing is told.
  Status WatchBelow(WatchTree::Node top);

  // In the order of the names, so that what is told of them is the same wherever it happens. Empty where the directory
  // vanished or may not be read.
  std::vector<DirectoryEntry> List(WatchTree::Node directory) const;

  // Ends the watches of the node and of what lies below.
  void Forget(WatchTree::Node node);

  std::string PathOf(WatchTree::Node node) const;
  std::string PathOf(WatchTree::Node node, std::string_view name) const;

 private:
  Result<int> AddWatch(const std::string& path, std::uint32_t more, std::uint64_t* device);
  Status LimitReached(const std::string& path) const;

  int fd_;
  std::uint32_t mask_;
  Warn warn_;
  WatchTree tree_;
  std::string counting_from_;  // root of the first walk while it lasts: where to count what would be needed
};

// How many directories lie at and below `path`, as far as they can be read.
std::size_t CountDirectories(const std::string& path);

}  // namespace vexevt
