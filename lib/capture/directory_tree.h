// DirectoryTree: the directories that were met, by file handle, each with its name and its parent. A rename moves one
// node, however much lies below it. Told in queue order of what was made and moved, it gives the paths of that time.
//
// Bounded: the least recently used directories that are nobody's parent are forgotten. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/capture/fanotify_record.h"
#include "lib/capture/root_set.h"

namespace vexevt {

class DirectoryTree {
 public:
  using Id = std::uint32_t;
  static constexpr Id kNone = ~Id{0};
  static constexpr std::size_t kMaxPathBytes = 4096;  // PATH_MAX

  // At most `limit` directories are kept, and those above them.
  DirectoryTree(RootSet roots, std::size_t limit);

  Id Find(ObjectKey key);  // kNone: not known

  // A directory whose path does not follow from others': the root of a mount, or "?" for one that is gone.
  Id AddTop(ObjectKey key, std::string_view path);
  // What lies under a file system's root but not below the mount through which it is seen: outside, whatever its path.
  Id AddUnreachable(ObjectKey key);
  // Adds a directory, or gives one that is known a new place; but a mount's root keeps its path.
  Id Place(ObjectKey key, Id parent, std::string_view name);

  // Absolute, "?" or below "?". "?" too where it would be longer than any system call takes. Valid until the tree is
  // changed.
  std::string_view Path(Id id) { return Fresh(id).path; }
  Standing StandingOf(Id id) { return Fresh(id).standing; }
  ObjectKey Key(Id id) const { return nodes_[id].key; }

  const RootSet& roots() const { return roots_; }

  void Clear();  // after a gap: what was moved meanwhile is not known
  std::size_t size() const { return by_key_.size(); }

 private:
  struct Node {
    std::string key, name, path;
    Id parent = kNone;
    Id older = kNone, newer = kNone;  // order of use
    std::uint32_t children = 0;
    std::uint64_t epoch = 0;  // of the path and standing; 0: never made
    Standing standing = Standing::kOutside;
    bool unreachable = false;
  };
  struct Hash {
    std::size_t operator()(ObjectKey key) const;
  };

  Id Insert(ObjectKey key);
  const Node& Fresh(Id id) { return nodes_[id].epoch == epoch_ ? nodes_[id] : Remake(id); }
  const Node& Remake(Id id);
  bool IsBelow(Id id, Id ancestor) const;
  void SetParent(Id id, Id parent);
  void Use(Id id);
  void Unlink(Id id);
  void MakeRoom();

  RootSet roots_;
  std::size_t limit_;
  std::deque<Node> nodes_;  // addresses stay, as keys in by_key_ point into them
  std::vector<Id> free_;
  std::vector<Id> stale_;  // scratch of Remake
  std::unordered_map<ObjectKey, Id, Hash> by_key_;
  Id last_ = kNone;  // the most recently found: neighbouring events share a directory
  Id oldest_ = kNone, newest_ = kNone;
  std::uint64_t epoch_ = 1;  // moves on when a directory is moved: every path is then made again when it is needed
};

}  // namespace vexevt
