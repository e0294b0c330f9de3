#include "lib/capture/directory_tree.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace vexevt {

std::size_t DirectoryTree::Hash::operator()(ObjectKey key) const { return XXH3_64bits(key.data(), key.size()); }

DirectoryTree::DirectoryTree(RootSet roots, std::size_t limit)
    : roots_(std::move(roots)), limit_(std::max<std::size_t>(limit, 1)) {}

DirectoryTree::Id DirectoryTree::Find(ObjectKey key) {
  if (last_ != kNone && nodes_[last_].key == key) return last_;
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return kNone;
  Use(found->second);
  return found->second;
}

DirectoryTree::Id DirectoryTree::Insert(ObjectKey key) {
  MakeRoom();
  Id id;
  if (free_.empty()) {
    id = static_cast<Id>(nodes_.size());
    nodes_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  nodes_[id].key = key;
  by_key_.emplace(nodes_[id].key, id);
  return id;
}

DirectoryTree::Id DirectoryTree::AddTop(ObjectKey key, std::string_view path) {
  Id id = Find(key);
  if (id == kNone) {
    id = Insert(key);
  } else {
    SetParent(id, kNone);
    ++epoch_;
  }
  Node& node = nodes_[id];
  node.name = std::string(path);
  node.unreachable = false;
  node.epoch = 0;
  Use(id);
  return id;
}

DirectoryTree::Id DirectoryTree::AddUnreachable(ObjectKey key) {
  Id id = AddTop(key, "?");
  nodes_[id].unreachable = true;
  return id;
}

DirectoryTree::Id DirectoryTree::Place(ObjectKey key, Id parent, std::string_view name) {
  Id id = Find(key);
  if (id != kNone) {
    if (id == parent || IsBelow(parent, id)) return id;  // cannot be: what was known of the parent is out of date
    if (nodes_[id].parent == parent && nodes_[id].name == name) return id;
    if (nodes_[id].parent == kNone && nodes_[id].name.starts_with('/')) return id;
    SetParent(id, parent);
    ++epoch_;
  } else {
    ++nodes_[parent].children;  // so that making room does not take it
    id = Insert(key);
    nodes_[id].parent = parent;
  }
  Node& node = nodes_[id];
  node.name = name;
  node.unreachable = false;
  node.epoch = 0;
  Use(id);
  return id;
}

const DirectoryTree::Node& DirectoryTree::Remake(Id id) {
  // Not by recursion: directories nest as deep as somebody likes.
  stale_.clear();
  for (Id at = id; at != kNone && nodes_[at].epoch != epoch_; at = nodes_[at].parent) stale_.push_back(at);
  for (; !stale_.empty(); stale_.pop_back()) {
    Node& node = nodes_[stale_.back()];
    node.epoch = epoch_;
    if (node.parent == kNone) {
      node.path = node.name;
      node.standing = node.unreachable ? Standing::kOutside : roots_.StandingOf(node.path);
      continue;
    }
    const Node& parent = nodes_[node.parent];
    if (parent.path.size() + node.name.size() >= kMaxPathBytes) {
      node.path.assign(1, '?');
      node.standing = parent.standing;
      continue;
    }
    node.path = parent.path;
    if (node.path.empty() || node.path.back() != '/') node.path += '/';
    node.path += node.name;
    node.standing = parent.standing == Standing::kAbove ? roots_.StandingOf(node.path) : parent.standing;
  }
  return nodes_[id];
}

bool DirectoryTree::IsBelow(Id id, Id ancestor) const {
  for (; id != kNone; id = nodes_[id].parent) {
    if (nodes_[id].parent == ancestor) return true;
  }
  return false;
}

void DirectoryTree::SetParent(Id id, Id parent) {
  Node& node = nodes_[id];
  if (parent != kNone) ++nodes_[parent].children;
  if (node.parent != kNone) --nodes_[node.parent].children;
  node.parent = parent;
}

void DirectoryTree::Use(Id id) {
  last_ = id;
  if (newest_ == id) return;
  Unlink(id);
  Node& node = nodes_[id];
  node.older = newest_;
  if (newest_ != kNone) nodes_[newest_].newer = id;
  newest_ = id;
  if (oldest_ == kNone) oldest_ = id;
}

void DirectoryTree::Unlink(Id id) {
  Node& node = nodes_[id];
  if (node.older != kNone) nodes_[node.older].newer = node.newer;
  if (node.newer != kNone) nodes_[node.newer].older = node.older;
  if (oldest_ == id) oldest_ = node.newer;
  if (newest_ == id) newest_ = node.older;
  node.older = node.newer = kNone;
}

void DirectoryTree::MakeRoom() {
  // Parents stay; each is passed over at most once a call, and becomes the newest.
  for (std::size_t tries = by_key_.size(); by_key_.size() >= limit_ && tries > 0; --tries) {
    Id id = oldest_;
    if (nodes_[id].children > 0) {
      Use(id);
      continue;
    }
    by_key_.erase(nodes_[id].key);
    Unlink(id);
    if (last_ == id) last_ = kNone;
    if (nodes_[id].parent != kNone) --nodes_[nodes_[id].parent].children;
    nodes_[id] = Node{};
    free_.push_back(id);
  }
}

void DirectoryTree::Clear() {
  by_key_.clear();
  nodes_.clear();
  free_.clear();
  last_ = oldest_ = newest_ = kNone;
  ++epoch_;
}

}  // namespace vexevt
