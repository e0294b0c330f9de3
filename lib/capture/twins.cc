#include "lib/capture/twins.h"

#include <bit>
#include <string_view>

namespace vexevt {
namespace {

// A kernel's event of something made may call it a file when it was gone before anybody looked; kinds of changes and of
// writes are told apart by a file system alone.
Done DoneBy(EventType type) {
  switch (type) {
    case kFsCreate:
    case kFsSymlink:
    case kFsHardlink:
    case kFsMknod:
      return Done::kMade;
    case kFsMkdir:
      return Done::kMadeDirectory;
    case kFsOpen:
      return Done::kOpened;
    case kFsRead:
      return Done::kReadFrom;
    case kFsWrite:
    case kFsTruncate:
    case kFsAllocate:
      return Done::kWritten;
    case kFsClose:
    case kFsCloseWrite:
      return Done::kClosed;
    case kFsChmod:
    case kFsChown:
    case kFsSetxattr:
    case kFsRemovexattr:
    case kFsAttrib:
      return Done::kChanged;
    case kFsRename:
    case kFsMoveIn:
    case kFsMoveOut:
      return Done::kMoved;
    case kFsDelete:
      return Done::kDeleted;
    case kFsRmdir:
      return Done::kRemovedDirectory;
    default:
      return Done::kNothing;
  }
}

// As the kernel cuts the names off that vexevt-fuse is started by.
constexpr std::string_view kDaemons[] = {"vexevt-fuse", "mount.fuse.vexe"};

}  // namespace

bool IsOfDaemon(const EventView& event) { return event.comm() == kDaemons[0] || event.comm() == kDaemons[1]; }

TwinKeys KeysOfFuse(const EventView& event) {
  TwinKeys keys;
  const auto inode = event.Get<std::uint64_t>(layout::kPayloadFsInode);
  const Done done = DoneBy(event.type());
  if (!event.has_fs() || inode == 0 || done == Done::kNothing || event.Get<std::int32_t>(layout::kResult) != 0)
    return keys;
  const auto device = event.Get<std::uint32_t>(layout::kPayloadFsDevice);
  auto add = [&](Done what) {
    keys.keys[keys.count++] = {inode, 0, 0, what};
    if (event.pid() != 0) keys.keys[keys.count++] = {inode, event.pid(), device, what};
  };
  add(done);
  if (event.type() == kFsCreate) add(Done::kOpened);   // in one call
  if (event.type() == kFsAttrib) add(Done::kWritten);  // so the kernel tells of a time of change that is set alone
  return keys;
}

TwinKeys KeysOfKernel(const EventView& event) {
  TwinKeys keys;
  const auto inode = event.Get<std::uint64_t>(layout::kPayloadFsInode);
  const Done done = DoneBy(event.type());
  if (!event.has_fs() || inode == 0 || done == Done::kNothing) return keys;
  // Of directories that are read vexevt-fuse tells otherwise (fs.list), if at all.
  const bool reads = done == Done::kOpened || done == Done::kReadFrom || done == Done::kClosed;
  if (reads && (event.flags() & kFlagDirectory) != 0) return keys;
  keys.count = 1;
  keys.keys[0] = {inode, 0, 0, done};
  if (!IsOfDaemon(event)) {
    keys.keys[0].pid = event.pid();
    keys.keys[0].device = event.Get<std::uint32_t>(layout::kPayloadFsDevice);
    if (event.pid() == 0) keys.count = 0;
  }
  return keys;
}

TwinTable::TwinTable(std::uint32_t entries) : nodes_(std::size_t{entries} * kKeysOfEntry), buckets_(entries, kNone) {}

std::uint32_t* TwinTable::Bucket(const TwinKey& key) {
  // Multiplicative hashing (Knuth, TAOCP 6.4): the upper bits of products by odd constants.
  std::uint64_t hash = key.inode * 0x9e3779b97f4a7c15 + (std::uint64_t{key.pid} << 32 | key.device);
  hash = (hash ^ hash >> 32) * 0xbf58476d1ce4e5b9 + static_cast<std::uint64_t>(key.done);
  hash *= 0x94d049bb133111eb;
  return &buckets_[hash >> (64 - std::countr_zero(buckets_.size()))];
}

// Whatever points to the first node of the key's queue, or to kNone.
std::uint32_t* TwinTable::Find(const TwinKey& key) {
  std::uint32_t* link = Bucket(key);
  while (*link != kNone && nodes_[*link].key != key) link = &nodes_[*link].next_in_bucket;
  return link;
}

void TwinTable::Add(std::uint32_t entry, const TwinKeys& keys) {
  for (std::uint32_t i = 0; i < keys.count; ++i) {
    const std::uint32_t at = entry * kKeysOfEntry + i;
    nodes_[at] = {.key = keys.keys[i], .waits = true, .last = at};
    std::uint32_t* link = Find(keys.keys[i]);
    if (*link == kNone) {
      *link = at;
    } else {
      nodes_[nodes_[*link].last].next = at;
      nodes_[*link].last = at;
    }
  }
}

void TwinTable::RemoveFirst(std::uint32_t* link) {
  Node& first = nodes_[*link];
  first.waits = false;
  if (first.next == kNone) {
    *link = first.next_in_bucket;
    return;
  }
  nodes_[first.next].last = first.last;
  nodes_[first.next].next_in_bucket = first.next_in_bucket;
  *link = first.next;
}

void TwinTable::Forget(std::uint32_t entry) {
  for (std::uint32_t i = 0; i < kKeysOfEntry; ++i) {
    Node& node = nodes_[entry * kKeysOfEntry + i];
    if (!node.waits) continue;
    // Nothing older waits anywhere, so it is the first of its queue.
    RemoveFirst(Find(node.key));
  }
}

}  // namespace vexevt
