// InotifyQueue: what an inotify descriptor has reported, read ahead into memory so that one can look at what comes
// later before deciding what an event means: a rename is two records, and a directory just created may have been filled
// before it was watched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace vexevt {

struct InotifyRecord {
  int watch;
  std::uint32_t mask;
  std::uint32_t cookie;
  std::string_view name;  // borrowed from the queue until the next ReadAhead
  std::size_t position;
};

class InotifyQueue {
 public:
  explicit InotifyQueue(int fd) : fd_(fd) {}  // borrowed; non-blocking

  // Reads all that the kernel has now, at least what was there at the call, which was made at `now`.
  Status ReadAhead(Instant now);

  bool empty() const { return at_ == bytes_.size(); }
  InotifyRecord Front() const;
  Instant FrontReadAt() const;
  void Pop();

  // Positions grow from the first record ever on: the end of what was read.
  std::size_t end() const { return base_ + bytes_.size(); }
  std::size_t front_position() const { return base_ + at_; }

  // The first record at or after position `from` for which `wanted` holds; false: there is none.
  template <typename Predicate>
  bool Find(std::size_t from, Predicate wanted, InotifyRecord* record) const {
    for (std::size_t at = from > base_ + at_ ? from - base_ : at_; at < bytes_.size();) {
      *record = RecordAt(at);
      if (wanted(*record)) return true;
      at = NextAt(at);
    }
    return false;
  }

  // Makes the record one to be passed over: its mask becomes 0.
  void Strike(const InotifyRecord& record);

  std::uint64_t records() const { return records_; }  // read since the beginning

 private:
  InotifyRecord RecordAt(std::size_t at) const;
  std::size_t NextAt(std::size_t at) const;

  struct Chunk {
    std::size_t end;  // position
    Instant read_at;
  };

  int fd_;
  std::vector<char> bytes_;
  std::size_t at_ = 0;    // of the front, in bytes_
  std::size_t base_ = 0;  // position of bytes_[0]
  std::deque<Chunk> chunks_;
  std::uint64_t records_ = 0;
};

}  // namespace vexevt
