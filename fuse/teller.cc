#include "fuse/teller.h"

#include <unistd.h>

#include <array>
#include <ctime>

#include "fuse/filesystem.h"

namespace vexevt {
namespace {

// Longer ones, which only a chain of chdir can make, begin with "?/".
constexpr std::size_t kMaxPath = 16 << 10;

std::span<char> PathRoom(int which) {
  thread_local std::array<std::array<char, kMaxPath>, 2> rooms;
  return rooms[static_cast<std::size_t>(which)];
}

}  // namespace

Who WhoAsks(fuse_req_t req) {
  const fuse_ctx* context = fuse_req_ctx(req);
  return {static_cast<std::uint32_t>(context->pid), context->uid, context->gid};
}

std::uint64_t MonotonicNs() {
  timespec now;
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

Teller::Teller(EventQueue& queue, std::bitset<256> fs_types, WhenFull on_full)
    : queue_(queue), fs_types_(fs_types), on_full_(on_full), own_pid_(static_cast<std::uint32_t>(::getpid())) {}

void Teller::Tell(Record* record, const Who& who) {
  std::uint64_t now = MonotonicNs();
  record->latency_ns = now - record->mono_ns;
  record->mono_ns = now;
  auto facts = callers_.Find(who.tid, now);
  if (facts->tgid == own_pid_) return;
  record->tid = who.tid;
  record->pid = facts->tgid != 0 ? facts->tgid : who.tid;
  if (who.tid != 0) {
    record->ppid = facts->ppid;
    record->uid = who.uid;
    record->gid = who.gid;
    record->flags |= kFlagCredentials;
  }
  record->comm = facts->comm;
  record->exe = facts->exe;
  record->cgroup = facts->cgroup;
  std::string transaction = transactions_.Of(record->pid);
  record->transaction = transaction;
  Put(*record);
}

void Teller::TellFrame(std::string_view frame) {
  Record record;
  record.kind = Record::Kind::kFrame;
  record.mono_ns = MonotonicNs();
  record.path = frame;
  Put(record);
}

void Teller::Put(const Record& record) {
  std::size_t bytes = StoredBytes(record);
  std::byte* room = queue_.Reserve(bytes);
  while (room == nullptr && on_full_ != WhenFull::kDrop && !queue_.closed()) {
    queue_.WaitForRoom();
    room = queue_.Reserve(bytes);
  }
  if (room == nullptr) {
    queue_.Lose();
    return;
  }
  StoreRecord(record, room);
  queue_.Commit(room);
}

Telling::Telling(fuse_req_t req, EventType type) : req_(req) {
  wanted_ = FilesystemOf(req).teller.Wants(type);
  if (!wanted_) return;
  record.type = type;
  record.mono_ns = MonotonicNs();
  who_ = WhoAsks(req);
}

Telling::Telling(const Telling& other, EventType type) : req_(other.req_), who_(other.who_) {
  wanted_ = FilesystemOf(req_).teller.Wants(type);
  if (!wanted_) return;
  record.type = type;
  record.mono_ns = other.record.mono_ns != 0 ? other.record.mono_ns : MonotonicNs();
  if (who_.tid == 0) who_ = WhoAsks(req_);
}

void Telling::Of(const Node& node, std::string_view name) {
  if (!wanted_) return;
  const NodeTable& nodes = FilesystemOf(req_).nodes;
  record.path = nodes.Path(node, name, PathRoom(0));
  if (!name.empty()) return;
  record.inode = node.key.inode;
  if (node.type == S_IFDIR) record.flags |= kFlagDirectory;
  if (node.has_marks.load(std::memory_order_relaxed)) record.marks = nodes.MarksOf(node);
}

void Telling::To(const Node& node, std::string_view name) {
  if (wanted_) record.path2 = FilesystemOf(req_).nodes.Path(node, name, PathRoom(1));
}

void Telling::With(const struct stat& status) {
  if (!wanted_) return;
  record.inode = status.st_ino;
  record.mode = static_cast<std::uint16_t>(status.st_mode);
  record.size = static_cast<std::uint64_t>(status.st_size);
  record.flags |= kFlagStat;
  if (S_ISDIR(status.st_mode)) record.flags |= kFlagDirectory;
}

void Telling::Done(int error) {
  if (!wanted_) return;
  record.result = error;
  FilesystemOf(req_).teller.Tell(&record, who_);
}

}  // namespace vexevt
