#include "lib/graph/file_table.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace vexevt {
namespace {

bool IsKnown(std::string_view path) { return !path.empty() && path != "?"; }

// Two numbers that say the same, or of which one says nothing.
bool Agree(std::uint32_t a, std::uint32_t b) { return a == b || a == 0 || b == 0; }

}  // namespace

bool FileTable::IsSame(NodeId file, const FileKey& key) const {
  const GraphNode& node = graph_->nodes()[file];
  if (key.inode == 0 || node.inode == 0) return true;
  return key.inode == node.inode && Agree(key.device, node.device) && Agree(key.generation, node.generation);
}

std::optional<NodeId> FileTable::Find(std::string_view path, const FileKey& key) {
  if (key.inode != 0) {
    if (const auto it = inodes_.find({key.inode, key.device}); it != inodes_.end() && IsSame(it->second, key)) {
      const GraphNode& node = graph_->nodes()[it->second];
      if (node.name == path || !IsKnown(path)) return it->second;
      // Without a generation, the number of what has gone under another path is a new file's.
      if (!node.gone || (key.generation != 0 && node.generation != 0)) {
        Bind(path, it->second);
        return it->second;
      }
    }
  }
  if (!IsKnown(path)) return key.inode == 0 ? std::nullopt : std::optional(New("?", key));
  if (const auto it = paths_.find(path); it != paths_.end()) {
    if (IsSame(it->second, key)) {
      Learn(it->second, key);
      return it->second;
    }
    Lose(it);
  }
  return New(path, key);
}

std::optional<NodeId> FileTable::Make(std::string_view path, const FileKey& key) {
  if (!IsKnown(path)) return Find(path, key);
  if (const auto it = paths_.find(path); it != paths_.end()) {
    // Told twice, or late.
    if (key.inode != 0 && graph_->nodes()[it->second].inode != 0 && IsSame(it->second, key)) return it->second;
    Lose(it);
  }
  return New(path, key);
}

std::optional<NodeId> FileTable::Remove(std::string_view path, const FileKey& key) {
  const std::optional<NodeId> file = Find(path, key);
  if (const auto it = paths_.find(path); it != paths_.end()) Lose(it);
  return file;
}

std::optional<NodeId> FileTable::Link(std::string_view path, std::string_view link, const FileKey& key) {
  const std::optional<NodeId> file = Find(path, key);
  if (file && IsKnown(link)) Bind(link, *file);
  return file;
}

std::optional<FileTable::Renamed> FileTable::Rename(std::string_view path, std::string_view to, const FileKey& key) {
  const std::optional<NodeId> file = Find(path, key);
  if (!file || !IsKnown(to) || to == path) return file ? std::optional(Renamed{*file, {}}) : std::nullopt;
  Renamed renamed{*file, {}};
  if (const auto it = paths_.find(to); it != paths_.end() && it->second != *file) {
    renamed.replaced = it->second;
    Lose(it);
  }
  // The new name first: a file is gone with its last one.
  Bind(to, *file);
  if (const auto it = paths_.find(path); it != paths_.end()) Lose(it);
  MoveBelow(path, to);
  return renamed;
}

NodeId FileTable::New(std::string_view path, const FileKey& key) {
  const NodeId file = graph_->Add({.kind = GraphNodeKind::kFile, .host = host_, .name = std::string(path)});
  Learn(file, key);
  if (IsKnown(path)) paths_.insert_or_assign(std::string(path), file);
  return file;
}

void FileTable::Learn(NodeId file, const FileKey& key) {
  if (key.inode == 0) return;
  GraphNode& node = graph_->at(file);
  node.inode = key.inode;
  if (key.device != 0) node.device = key.device;
  if (key.generation != 0) node.generation = key.generation;
  inodes_.insert_or_assign({key.inode, key.device}, file);
}

// `file` has this path now, whatever had it before.
void FileTable::Bind(std::string_view path, NodeId file) {
  const auto it = paths_.find(path);
  if (it == paths_.end()) {
    paths_.emplace(path, file);
  } else if (it->second != file) {
    Lose(it);
    paths_.emplace(path, file);
  }
  graph_->at(file).gone = false;
  Name(file, path);
}

void FileTable::Name(NodeId file, std::string_view path) {
  GraphNode& node = graph_->at(file);
  if (node.name == path) return;
  std::vector<std::string>& earlier = node.earlier;
  std::erase(earlier, path);
  std::erase(earlier, node.name);
  if (IsKnown(node.name)) earlier.push_back(std::move(node.name));
  node.name = path;
  if (earlier.size() <= kMaxEarlierNames) return;
  // Whatever the links are, so that no file takes more than its share.
  if (const auto it = paths_.find(earlier.front()); it != paths_.end() && it->second == file) paths_.erase(it);
  earlier.erase(earlier.begin());
}

// The file that has this path has it no more. Where it has none left, it keeps the name in the answers.
void FileTable::Lose(Paths::iterator path) {
  const NodeId file = path->second;
  GraphNode& node = graph_->at(file);
  const bool was_newest = node.name == path->first;
  paths_.erase(path);
  if (!was_newest) return;
  for (auto name = node.earlier.rbegin(); name != node.earlier.rend(); ++name) {
    const auto other = paths_.find(*name);
    if (other == paths_.end() || other->second != file) continue;
    Name(file, other->first);
    return;
  }
  node.gone = true;
}

void FileTable::MoveBelow(std::string_view path, std::string_view to) {
  const std::string first = std::string(path) + '/';
  if (to.starts_with(first)) return;  // as no directory can move
  std::vector<Paths::node_type> moved;
  for (auto it = paths_.lower_bound(first); it != paths_.end() && it->first.starts_with(first);) {
    moved.push_back(paths_.extract(it++));
  }
  for (Paths::node_type& entry : moved) {
    const bool was_newest = graph_->nodes()[entry.mapped()].name == entry.key();
    entry.key().replace(0, path.size(), to);
    if (was_newest) Name(entry.mapped(), entry.key());
    if (const auto there = paths_.find(entry.key()); there != paths_.end()) Lose(there);
    paths_.insert(std::move(entry));
  }
}

}  // namespace vexevt
