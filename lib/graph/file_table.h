// FileTable: which file of a host a path stands for at this place in the stream. A file stays one node when it is
// renamed, and under all its links; what is made under the path of one that was deleted, or replaced, is another node.
//
// Inodes tell, where events have them, and else paths alone. Of a file that has, or had, more than kMaxEarlierNames
// paths and its newest, the newest are known. A number that a file system gave to a new file is told from the old file
// by the inode's generation, or by the deletion between. Memory is proportional to the files that are there. A
// directory that is renamed takes time for each known file below it. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/graph/graph.h"

namespace vexevt {

// What an event knows of a file beside its path; zero what it does not.
struct FileKey {
  std::uint64_t inode = 0;
  std::uint32_t device = 0, generation = 0;
};

class FileTable {
 public:
  // Adds nodes of `host` to `graph`, which outlives this.
  FileTable(Graph* graph, NodeId host) : graph_(graph), host_(host) {}

  // The file that is there. nullopt, here and below: neither path nor inode is known. A path that is empty or "?" is
  // not known.
  std::optional<NodeId> Find(std::string_view path, const FileKey& key);
  // One that was made there now.
  std::optional<NodeId> Make(std::string_view path, const FileKey& key);
  // The file that was there and has lost this path.
  std::optional<NodeId> Remove(std::string_view path, const FileKey& key);
  // The file at `path` has `link` as another path.
  std::optional<NodeId> Link(std::string_view path, std::string_view link, const FileKey& key);

  struct Renamed {
    NodeId file;
    std::optional<NodeId> replaced;  // what was there
  };
  std::optional<Renamed> Rename(std::string_view path, std::string_view to, const FileKey& key);

 private:
  struct Inode {
    std::uint64_t number;
    std::uint32_t device;
    bool operator==(const Inode&) const = default;
  };
  struct InodeHash {
    std::size_t operator()(const Inode& inode) const {
      return static_cast<std::size_t>((inode.number * 0x9e3779b97f4a7c15) ^ inode.device);
    }
  };
  using Paths = std::map<std::string, NodeId, std::less<>>;

  bool IsSame(NodeId file, const FileKey& key) const;
  NodeId New(std::string_view path, const FileKey& key);
  void Learn(NodeId file, const FileKey& key);
  void Bind(std::string_view path, NodeId file);
  void Name(NodeId file, std::string_view path);
  void Lose(Paths::iterator path);
  void MoveBelow(std::string_view path, std::string_view to);

  Graph* graph_;
  NodeId host_;
  Paths paths_;  // of the files that are there
  std::unordered_map<Inode, NodeId, InodeHash> inodes_;
};

}  // namespace vexevt
