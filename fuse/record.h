// Record: one operation as it waits in the queue to become an event, its texts behind it. Made by a thread that owes
// somebody an answer, so it is copied, not encoded; EventOf makes an event of it in the thread that has the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "fuse/marks.h"
#include "lib/capture/process_facts.h"
#include "lib/event/event.h"

namespace vexevt {

// A thread that asks for an operation, as the kernel names it. tid 0: the kernel itself.
struct Who {
  std::uint32_t tid = 0, uid = 0, gid = 0;
};

struct Record {
  enum class Kind : std::uint8_t {
    kOperation,
    kFrame,  // an event that an application handed in: `path` is its frame
  };

  std::uint64_t mono_ns = 0, latency_ns = 0;
  std::uint64_t inode = 0, size = 0, offset = 0, length = 0;
  std::uint32_t pid = 0, tid = 0, ppid = 0, uid = 0, gid = 0;
  std::uint32_t open_flags = 0;
  std::int32_t result = 0;
  EventType type = 0;
  std::uint16_t flags = 0, mode = 0;
  Kind kind = Kind::kOperation;
  std::shared_ptr<const Marks> marks;  // null: none

  std::string_view path, path2, xattr, comm, exe, cgroup, transaction;

  // Borrows from `facts`.
  void Fill(const ProcessFacts& facts, const Who& who);

  std::size_t text_bytes() const {
    return path.size() + path2.size() + xattr.size() + comm.size() + exe.size() + cgroup.size() + transaction.size();
  }
};

// What a Record and its texts take.
inline std::size_t StoredBytes(const Record& record) { return sizeof(Record) + record.text_bytes(); }
// Builds a copy of `record` at `to`, texts and all. Whoever takes it out ends its life, with std::destroy_at.
Record* StoreRecord(const Record& record, std::byte* to);

// What all events of the mount have in common.
struct Place {
  std::string_view host, tenant;
  std::uint32_t device = 0, mount = 0;
};

// Sets the process of *event, which borrows from `record`.
void ProcessOf(const Record& record, Event* event);

// Fills *event, which borrows from `record` and `place`; id and times are left alone.
void EventOf(const Record& record, const Place& place, Event* event);

}  // namespace vexevt
