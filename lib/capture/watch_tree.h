// WatchTree: the directories that inotify watches, by watch descriptor and by name, and their paths. A directory that
// is renamed is one node moved, however much lies below it: paths are put together when they are asked for.
//
// About 150 bytes a directory. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace vexevt {

class WatchTree {
 public:
  using Node = std::uint32_t;
  static constexpr Node kNone = 0xffffffff;

  WatchTree() = default;
  WatchTree(const WatchTree&) = delete;  // by_name_ looks into nodes_
  WatchTree& operator=(const WatchTree&) = delete;

  // A directory without a parent in the tree; `path` is absolute, without a '/' at the end ("" for "/").
  Node AddRoot(std::string_view path, int watch, std::uint64_t device);
  // There is no such child yet, and no such watch.
  Node Add(Node parent, std::string_view name, int watch, std::uint64_t device);

  Node FindWatch(int watch) const;  // kNone where there is none
  Node FindChild(Node parent, std::string_view name) const;

  Node parent(Node node) const { return nodes_[node].parent; }  // kNone: a root, or detached
  std::string_view name(Node node) const { return nodes_[node].name; }
  int watch(Node node) const { return nodes_[node].watch; }
  std::uint64_t device(Node node) const { return nodes_[node].device; }
  std::size_t size() const { return by_watch_.size(); }

  // Whether `node` is `ancestor` or below it.
  bool IsBelow(Node node, Node ancestor) const;

  // Appends the node's path, without a '/' at the end.
  void AppendPath(Node node, std::string* path) const;

  // Gives the node another name; what lies below comes with it. No child has that name, and the new parent does not lie
  // below the node.
  void Move(Node node, Node new_parent, std::string_view new_name);

  // Takes the node's name away: it keeps its watch and what lies below, but no parent has it. Move names it again.
  void Detach(Node node);

  // Removes the node and what lies below it; appends their watches.
  void Remove(Node node, std::vector<int>* watches);

  std::vector<Node> Children(Node node) const;

 private:
  struct Slot {
    std::string name;  // a root's: its path
    Node parent = kNone, first_child = kNone, next = kNone, previous = kNone;
    int watch = -1;
    bool named = false;  // in by_name_
    std::uint64_t device = 0;
  };
  struct Key {
    Node parent;
    std::string_view name;
  };
  struct Hash {
    using is_transparent = void;
    const std::vector<Slot>* nodes;
    std::size_t operator()(const Key& key) const;
    std::size_t operator()(Node node) const;
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<Slot>* nodes;
    bool operator()(Node a, Node b) const { return a == b; }
    bool operator()(const Key& a, Node b) const;
    bool operator()(Node a, const Key& b) const { return (*this)(b, a); }
  };

  Node NewSlot(std::string_view name, int watch, std::uint64_t device);
  void Link(Node node, Node parent);
  void Unlink(Node node);

  std::vector<Slot> nodes_;
  std::vector<Node> free_;
  std::unordered_map<int, Node> by_watch_;
  std::unordered_set<Node, Hash, Equal> by_name_{0, Hash{&nodes_}, Equal{&nodes_}};
};

}  // namespace vexevt
