#include "fuse/teller.h"

#include <unistd.h>

#include <array>
#include <ctime>

#include "fuse/file_marks.h"
#include "fuse/filesystem.h"
#include "lib/base/bytes.h"

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
  record->Fill(*facts, who);
  std::string transaction = transactions_.any() ? TransactionOf(*record, now) : std::string();
  record->transaction = transaction;
  Put(*record);
}

void Teller::TellFrame(std::span<const std::byte> frame, const Who& who) {
  Record record;
  record.kind = Record::Kind::kFrame;
  record.mono_ns = MonotonicNs();
  auto facts = callers_.Find(who.tid, record.mono_ns);
  record.Fill(*facts, who);
  std::string transaction = transactions_.any() ? TransactionOf(record, record.mono_ns) : std::string();
  record.transaction = transaction;
  record.path = AsText(frame);
  Put(record);
}

bool Teller::BeginTransaction(const Who& who, std::string_view name) {
  return transactions_.Begin(ProcessOf(who), name);
}

std::string Teller::EndTransaction(const Who& who) { return transactions_.End(ProcessOf(who)); }

std::uint32_t Teller::ProcessOf(const Who& who) {
  auto facts = callers_.Find(who.tid, MonotonicNs());
  return facts->tgid != 0 ? facts->tgid : who.tid;
}

// Its own or that of the nearest ancestor that has one.
std::string Teller::TransactionOf(const Record& record, std::uint64_t now_ns) {
  constexpr int kMostAncestors = 32;
  std::string name = transactions_.Of(record.pid);
  std::uint32_t parent = record.ppid;
  for (int i = 0; name.empty() && parent > 1 && i < kMostAncestors; ++i) {
    name = transactions_.Of(parent);
    parent = callers_.Find(parent, now_ns)->ppid;
  }
  return name;
}

void Teller::Put(const Record& record) {
  told_ = true;
  std::size_t bytes = StoredBytes(record);
  std::byte* room = queue_.Reserve(bytes);
  while (room == nullptr && on_full_ != WhenFull::kDrop && queue_.Fits(bytes) && !queue_.closed()) {
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

Telling::Telling(fuse_req_t req, EventType type) : Telling(FilesystemOf(req), type, WhoAsks(req)) {}

Telling::Telling(Filesystem& fs, EventType type, const Who& who) : fs_(fs), who_(who) {
  wanted_ = fs_.teller.Wants(type);
  if (!wanted_) return;
  record.type = type;
  record.mono_ns = MonotonicNs();
}

Telling::Telling(const Telling& other, EventType type) : fs_(other.fs_), who_(other.who_) {
  wanted_ = fs_.teller.Wants(type);
  if (!wanted_) return;
  record.type = type;
  record.mono_ns = other.record.mono_ns != 0 ? other.record.mono_ns : MonotonicNs();
}

void Telling::Of(Node& node, std::string_view name) {
  if (!wanted_) return;
  record.path = fs_.nodes.Path(node, name, PathRoom(0));
  if (!name.empty()) return;
  record.inode = node.key.inode;
  if (node.type == S_IFDIR) record.flags |= kFlagDirectory;
  Marked(node);
}

void Telling::Marked(Node& node) {
  if (!node.marks_read.load(std::memory_order_relaxed)) ReadMarks(fs_, node);
  if (node.has_marks.load(std::memory_order_relaxed)) record.marks = fs_.nodes.MarksOf(node);
}

void Telling::MarkedAs(InodeKey key) {
  if (!wanted_) return;
  NodeTable& nodes = fs_.nodes;
  Node* node = nodes.Find(key);
  if (node == nullptr) return;
  Marked(*node);
  nodes.Forget(*node, 1);
}

void Telling::To(const Node& node, std::string_view name) {
  if (wanted_) record.path2 = fs_.nodes.Path(node, name, PathRoom(1));
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
  fs_.teller.Tell(&record, who_);
}

}  // namespace vexevt
