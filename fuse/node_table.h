// NodeTable: the files that the kernel knows, each held by an O_PATH descriptor, so that it stays the same file
// whatever its names become, and its number is not given to another.
//
// A node is found by device and inode number, and counted: one reference for each LOOKUP that was answered with it, and
// one for each node whose name lies in it. The kernel's node ids are the addresses of nodes; it uses none that it has
// forgotten. Names (of the last LOOKUP or rename) are for people: no operation on a file goes by them.
//
// Thread-safe.
#pragma once

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fuse/marks.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

struct InodeKey {
  dev_t device;
  ino_t inode;
  bool operator==(const InodeKey&) const = default;
};
inline InodeKey KeyOf(const struct stat& status) { return {status.st_dev, status.st_ino}; }

struct Node {
  UniqueFd fd;
  InodeKey key{};
  mode_t type = 0;  // S_IFMT
  std::atomic<std::uint64_t> references{0};

  // Guarded by the table.
  Node* parent = nullptr;  // null: the root
  std::string name;
  std::shared_ptr<const Marks> marks;  // null: none, or not read yet

  std::atomic<bool> marks_read{false};  // whether what the file below has of them was looked for
  std::atomic<bool> has_marks{false};   // marks is not null

  // FUSE_PASSTHROUGH: the kernel's id of the file below, while anybody has it open that way. See passthrough.h.
  std::mutex backing_mutex;
  std::int32_t backing_id = 0;
  std::uint32_t backing_users = 0;
};

struct KnownName {
  const Node* parent;  // not to be followed: it may be gone
  std::string name;
};

class NodeTable {
 public:
  static constexpr std::size_t kShards = 64;

  // `root` is an O_PATH descriptor of the source, `path` what the root is called in events.
  NodeTable(UniqueFd root, const struct stat& status, std::string path);
  ~NodeTable();

  Node& root() { return root_; }
  dev_t device() const { return root_.key.device; }

  // The renames so far: what Enter needs to know of the time before its name was looked up.
  std::uint64_t renames() const { return renames_.load(std::memory_order_acquire); }

  // The node of `fd`, which was found as `name` in `parent` after `renames` was read, with one more reference. Where
  // the node is new it takes the descriptor over.
  Node* Enter(UniqueFd fd, const struct stat& status, Node& parent, std::string_view name, std::uint64_t renames);

  // The node of the file `key`, with one more reference; null where the kernel doesn't know it.
  Node* Find(InodeKey key);

  void Forget(Node& node, std::uint64_t references);

  // The file `key` is now `name` in `parent`, where the kernel knows it.
  void Rename(InodeKey key, Node& parent, std::string_view name);

  // Writes the path of `node`, or of `name` in it, at the end of `buffer`. One that doesn't fit begins with "?/".
  std::string_view Path(const Node& node, std::string_view name, std::span<char> buffer) const;

  // The marks of `node`; null: none.
  std::shared_ptr<const Marks> MarksOf(const Node& node) const;
  void SetMarks(Node& node, std::shared_ptr<const Marks> marks);  // null: it has none

  // The names of a shard's files, directories left out.
  std::vector<KnownName> NamesOf(std::size_t shard);

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct KeyHash {
    std::size_t operator()(const InodeKey& key) const {
      std::uint64_t mixed = (key.inode ^ key.device << 40) * 0x9e3779b97f4a7c15;
      return mixed ^ mixed >> 32;
    }
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<InodeKey, std::unique_ptr<Node>, KeyHash> nodes;
  };

  Shard& ShardOf(const InodeKey& key) { return shards_[KeyHash{}(key) >> 8 & (kShards - 1)]; }
  void SetName(Node& node, Node& parent, std::string_view name, const std::uint64_t* renames);

  Node root_;
  const std::string path_;
  std::array<Shard, kShards> shards_;
  mutable std::shared_mutex names_;  // locked behind a shard's mutex, never before it
  std::atomic<std::uint64_t> renames_{0};
  std::atomic<std::size_t> size_{1};
};

}  // namespace vexevt
