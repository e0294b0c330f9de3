#include "lib/capture/watch_tree.h"

#include <functional>

namespace vexevt {

std::size_t WatchTree::Hash::operator()(const Key& key) const {
  return std::hash<std::string_view>()(key.name) ^ std::size_t{key.parent} * 0x9e3779b97f4a7c15;
}

std::size_t WatchTree::Hash::operator()(Node node) const {
  return (*this)(Key{(*nodes)[node].parent, (*nodes)[node].name});
}

bool WatchTree::Equal::operator()(const Key& a, Node b) const {
  return (*nodes)[b].parent == a.parent && (*nodes)[b].name == a.name;
}

WatchTree::Node WatchTree::NewSlot(std::string_view name, int watch, std::uint64_t device) {
  Node node = static_cast<Node>(nodes_.size());
  if (free_.empty()) {
    nodes_.emplace_back();
  } else {
    node = free_.back();
    free_.pop_back();
  }
  Slot& slot = nodes_[node];
  slot.name = name;
  slot.watch = watch;
  slot.device = device;
  by_watch_[watch] = node;
  return node;
}

void WatchTree::Link(Node node, Node parent) {
  Slot& slot = nodes_[node];
  slot.parent = parent;
  slot.previous = kNone;
  slot.next = nodes_[parent].first_child;
  if (slot.next != kNone) nodes_[slot.next].previous = node;
  nodes_[parent].first_child = node;
  by_name_.insert(node);
  slot.named = true;
}

void WatchTree::Unlink(Node node) {
  Slot& slot = nodes_[node];
  if (slot.named) by_name_.erase(node);
  slot.named = false;
  if (slot.parent == kNone) return;
  if (slot.previous != kNone) {
    nodes_[slot.previous].next = slot.next;
  } else {
    nodes_[slot.parent].first_child = slot.next;
  }
  if (slot.next != kNone) nodes_[slot.next].previous = slot.previous;
  slot.parent = slot.next = slot.previous = kNone;
}

WatchTree::Node WatchTree::AddRoot(std::string_view path, int watch, std::uint64_t device) {
  return NewSlot(path, watch, device);
}

WatchTree::Node WatchTree::Add(Node parent, std::string_view name, int watch, std::uint64_t device) {
  Node node = NewSlot(name, watch, device);
  Link(node, parent);
  return node;
}

WatchTree::Node WatchTree::FindWatch(int watch) const {
  auto it = by_watch_.find(watch);
  return it == by_watch_.end() ? kNone : it->second;
}

WatchTree::Node WatchTree::FindChild(Node parent, std::string_view name) const {
  auto it = by_name_.find(Key{parent, name});
  return it == by_name_.end() ? kNone : *it;
}

bool WatchTree::IsBelow(Node node, Node ancestor) const {
  while (node != kNone && node != ancestor) node = nodes_[node].parent;
  return node == ancestor;
}

void WatchTree::AppendPath(Node node, std::string* path) const {
  const Slot& slot = nodes_[node];
  if (slot.parent != kNone) {
    AppendPath(slot.parent, path);
    *path += '/';
  }
  *path += slot.name;
}

void WatchTree::Move(Node node, Node new_parent, std::string_view new_name) {
  std::string name(new_name);  // may lie in the node's own
  Unlink(node);
  nodes_[node].name = std::move(name);
  Link(node, new_parent);
}

void WatchTree::Detach(Node node) {
  std::string path;
  AppendPath(node, &path);
  Unlink(node);
  nodes_[node].name = std::move(path);
}

void WatchTree::Remove(Node node, std::vector<int>* watches) {
  std::vector<Node> doomed{node};
  for (std::size_t i = 0; i < doomed.size(); ++i) {
    for (Node child = nodes_[doomed[i]].first_child; child != kNone; child = nodes_[child].next) {
      doomed.push_back(child);
    }
  }
  // From the leaves up, so that each is unlinked from a parent that is still there.
  for (auto it = doomed.rbegin(); it != doomed.rend(); ++it) {
    Unlink(*it);
    Slot& slot = nodes_[*it];
    watches->push_back(slot.watch);
    by_watch_.erase(slot.watch);
    slot = Slot{};
    free_.push_back(*it);
  }
}

std::vector<WatchTree::Node> WatchTree::Children(Node node) const {
  std::vector<Node> children;
  for (Node child = nodes_[node].first_child; child != kNone; child = nodes_[child].next) children.push_back(child);
  return children;
}

}  // namespace vexevt
