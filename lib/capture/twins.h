// TwinTable: which event of the kernel and which event of vexevt-fuse tell of one operation. It holds the events that
// wait for their twin, by what both have in common, in the order in which they came: the first that waits is the first
// to be found. Every call takes the same time, however many wait; nothing is allocated after the start.
//
// The same are the inode, what was done (a kernel tells of less kinds than a file system), and one of
// - the process and the device, where the kernel tells of the mount itself;
// - that vexevt-fuse did it, where the kernel tells of the file system below: inodes go by the same numbers there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/event/event_view.h"

namespace vexevt {

// What was done, as far as both boundaries tell it apart.
enum class Done : std::uint32_t {
  kNothing,
  kMade,
  kMadeDirectory,
  kOpened,
  kReadFrom,
  kWritten,
  kClosed,
  kChanged,
  kMoved,
  kDeleted,
  kRemovedDirectory,
};
inline constexpr std::size_t kDoneKinds = 11;

struct TwinKey {
  std::uint64_t inode = 0;
  std::uint32_t pid = 0, device = 0;  // both 0: vexevt-fuse, below the mount
  Done done = Done::kNothing;
  bool operator==(const TwinKey&) const = default;
};

struct TwinKeys {
  std::array<TwinKey, 4> keys;
  unsigned count = 0;
};

// None: no kernel's event tells of the operation, as it failed or changes nothing that a kernel tells of.
TwinKeys KeysOfFuse(const EventView& event);
// One, or none.
TwinKeys KeysOfKernel(const EventView& event);
// The kernel's event is one of vexevt-fuse itself.
bool IsOfDaemon(const EventView& event);

class TwinTable {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // For entries 0 to `entries` - 1, a power of two.
  explicit TwinTable(std::uint32_t entries);

  // `entry` waits under each of the keys. No entry of the other boundary waits under them.
  void Add(std::uint32_t entry, const TwinKeys& keys);
  // The entry that has waited longest under `key`; kNone.
  std::uint32_t First(const TwinKey& key) { return EntryOf(*Find(key)); }
  // It waits under `key` no longer.
  void RemoveFirst(const TwinKey& key) { RemoveFirst(Find(key)); }
  // `entry`, which has waited longest of all, waits no longer.
  void Forget(std::uint32_t entry);

 private:
  // Under one key nodes form a queue; its first one stands for it in the chain of its bucket.
  struct Node {
    TwinKey key;
    bool waits = false;
    std::uint32_t next = kNone;            // of the queue
    std::uint32_t last = kNone;            // of the queue, where this is the first
    std::uint32_t next_in_bucket = kNone;  // likewise
  };
  static constexpr std::uint32_t kKeysOfEntry = 4;

  static std::uint32_t EntryOf(std::uint32_t node) { return node == kNone ? kNone : node / kKeysOfEntry; }
  std::uint32_t* Bucket(const TwinKey& key);
  std::uint32_t* Find(const TwinKey& key);
  void RemoveFirst(std::uint32_t* link);

  std::vector<Node> nodes_;             // kKeysOfEntry for each entry
  std::vector<std::uint32_t> buckets_;  // first nodes
};

}  // namespace vexevt
