#include "fuse/node_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vexevt {

NodeTable::NodeTable(UniqueFd root, const struct stat& status, std::string path) : path_(std::move(path)) {
  root_.fd = std::move(root);
  root_.key = KeyOf(status);
  root_.type = S_IFDIR;
  root_.references = 1;  // the kernel never forgets it
}

NodeTable::~NodeTable() = default;

Node* NodeTable::Enter(UniqueFd fd, const struct stat& status, Node& parent, std::string_view name,
                       std::uint64_t renames) {
  InodeKey key = KeyOf(status);
  if (key == root_.key) {
    root_.references.fetch_add(1, std::memory_order_relaxed);
    return &root_;
  }
  Shard& shard = ShardOf(key);
  Node* node;
  bool added = false;
  {
    std::lock_guard lock(shard.mutex);
    std::unique_ptr<Node>& place = shard.nodes[key];
    if (!place) {
      place = std::make_unique<Node>();
      place->fd = std::move(fd);
      place->key = key;
      place->type = status.st_mode & S_IFMT;
      added = true;
    }
    node = place.get();
    node->references.fetch_add(1, std::memory_order_relaxed);
  }
  if (added) size_.fetch_add(1, std::memory_order_relaxed);
  SetName(*node, parent, name, &renames);
  return node;
}

// `renames`: not if the node has a name that a rename since may have given it.
void NodeTable::SetName(Node& node, Node& parent, std::string_view name, const std::uint64_t* renames) {
  {
    std::shared_lock lock(names_);
    if (node.parent == &parent && node.name == name) return;
  }
  Node* before;
  {
    std::unique_lock lock(names_);
    if (renames != nullptr && node.parent != nullptr && renames_.load(std::memory_order_relaxed) != *renames) return;
    parent.references.fetch_add(1, std::memory_order_relaxed);
    before = std::exchange(node.parent, &parent);
    node.name = name;
  }
  if (before != nullptr) Forget(*before, 1);
}

void NodeTable::Forget(Node& node, std::uint64_t references) {
  Node* gone = &node;
  while (gone != nullptr) {
    if (gone == &root_) {
      root_.references.fetch_sub(references, std::memory_order_relaxed);
      return;
    }
    std::unique_ptr<Node> freed;
    {
      Shard& shard = ShardOf(gone->key);
      std::lock_guard lock(shard.mutex);
      if (gone->references.fetch_sub(references, std::memory_order_acq_rel) != references) return;
      auto at = shard.nodes.find(gone->key);
      freed = std::move(at->second);
      shard.nodes.erase(at);
    }
    size_.fetch_sub(1, std::memory_order_relaxed);
    gone = freed->parent;  // nobody else knows the node any more
    references = 1;
  }
}

Node* NodeTable::Find(InodeKey key) {
  Shard& shard = ShardOf(key);
  std::lock_guard lock(shard.mutex);
  auto at = shard.nodes.find(key);
  if (at == shard.nodes.end()) return nullptr;
  at->second->references.fetch_add(1, std::memory_order_relaxed);
  return at->second.get();
}

void NodeTable::Rename(InodeKey key, Node& parent, std::string_view name) {
  Node* node = Find(key);
  if (node == nullptr) return;
  renames_.fetch_add(1, std::memory_order_acq_rel);
  SetName(*node, parent, name, nullptr);
  Forget(*node, 1);
}

std::string_view NodeTable::Path(const Node& node, std::string_view name, std::span<char> buffer) const {
  constexpr std::string_view kCut = "?/";
  char* const end = buffer.data() + buffer.size();
  char* at = end;
  auto put = [&](std::string_view text) {
    if (static_cast<std::size_t>(at - buffer.data()) < text.size() + kCut.size() + 1) return false;
    at -= text.size();
    std::memcpy(at, text.data(), text.size());
    return true;
  };
  auto put_component = [&](std::string_view text) { return put(text) && (*--at = '/', true); };
  bool whole = name.empty() || put_component(name);
  {
    std::shared_lock lock(names_);
    for (const Node* next = &node; whole && next->parent != nullptr; next = next->parent) {
      whole = put_component(next->name);
    }
  }
  if (!whole || !put(path_ == "/" && at != end ? std::string_view() : std::string_view(path_))) {
    at -= kCut.size() - 1;  // before the '/' that stands there
    *at = '?';
  }
  return {at, static_cast<std::size_t>(end - at)};
}

std::vector<KnownName> NodeTable::NamesOf(std::size_t shard) {
  std::vector<KnownName> names;
  std::lock_guard lock(shards_[shard].mutex);
  std::shared_lock names_lock(names_);
  for (const auto& [key, node] : shards_[shard].nodes) {
    if (node->type != S_IFDIR && node->parent != nullptr) names.push_back({node->parent, node->name});
  }
  return names;
}

std::shared_ptr<const Marks> NodeTable::MarksOf(const Node& node) const {
  std::shared_lock lock(names_);
  return node.marks;
}

void NodeTable::SetMarks(Node& node, std::shared_ptr<const Marks> marks) {
  std::unique_lock lock(names_);
  node.marks = std::move(marks);
  node.has_marks.store(node.marks != nullptr, std::memory_order_relaxed);
  node.marks_read.store(true, std::memory_order_relaxed);
}

}  // namespace vexevt
