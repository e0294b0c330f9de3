// Teller: from an operation to a record in the queue. Telling is one operation while it is carried out:
//
//   Telling told(req, kFsMkdir);            // starts its clock, where anybody wants to know
//   int error = … mkdirat …;
//   told.Of(parent, name);                  // told.record has the rest
//   told.Done(error);                       // before the answer: what the caller does next comes later in the stream
//   … fuse_reply …
//
// For the worker threads.
#pragma once

#include <fuse_lowlevel.h>
#include <sys/stat.h>

#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fuse/caller_table.h"
#include "fuse/event_queue.h"
#include "fuse/node_table.h"
#include "fuse/options.h"
#include "fuse/record.h"
#include "fuse/transactions.h"
#include "lib/event/type.h"

namespace vexevt {

Who WhoAsks(fuse_req_t req);

std::uint64_t MonotonicNs();

class Teller {
 public:
  Teller(EventQueue& queue, std::bitset<256> fs_types, WhenFull on_full);

  bool Wants(EventType type) const { return fs_types_[type & 0xff]; }

  // Looks up who it is, for what is told of him when he may be gone.
  void Remember(const Who& who) { callers_.Find(who.tid, MonotonicNs()); }
  // Fills in who did it, and hands the record to the queue. Operations of this process are not told.
  void Tell(Record* record, const Who& who);
  // An event that `who` handed in.
  void TellFrame(std::span<const std::byte> frame, const Who& who);

  // See Transactions, of the process of `who`.
  bool BeginTransaction(const Who& who, std::string_view name);
  std::string EndTransaction(const Who& who);

  // After an answer was given: the writer of events may go on, where this thread has something for it.
  void Answered() {
    if (std::exchange(told_, false)) queue_.Wake();
  }

 private:
  std::uint32_t ProcessOf(const Who& who);
  std::string TransactionOf(const Record& record, std::uint64_t now_ns);
  void Put(const Record& record);

  static inline thread_local bool told_ = false;  // since the last answer

  EventQueue& queue_;
  const std::bitset<256> fs_types_;  // by the lower byte of the code
  const WhenFull on_full_;
  const std::uint32_t own_pid_;
  CallerTable callers_;
  Transactions transactions_;
};

struct Filesystem;

class Telling {
 public:
  Telling(fuse_req_t req, EventType type);
  Telling(Filesystem& fs, EventType type, const Who& who);
  // Of what is told by an operation that is itself not asked for: as the above, with the clock of `other`.
  Telling(const Telling& other, EventType type);
  Telling& operator=(const Telling&) = delete;

  bool wanted() const { return wanted_; }
  // `path` is that of `node`, or of `name` in it. The node's inode counts only without a name.
  void Of(Node& node, std::string_view name = {});
  void To(const Node& node, std::string_view name);  // path2
  void With(const struct stat& status);
  // The marks of the file that the name stands for.
  void MarkedAs(InodeKey key);

  void Done(int error);

  Record record;

 private:
  void Marked(Node& node);

  bool wanted_;
  Filesystem& fs_;
  Who who_;
};

}  // namespace vexevt
