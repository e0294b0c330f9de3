// Spill: frames that an endpoint could not take, in files, until it can. First in, first out; what was not acknowledged
// is there again after a crash of the process (not of the machine: nothing is synced).
//
// A directory holds segments, NUMBER.spill, numbered in their order. A segment is blocks back to back: "VXS1", the
// bytes of frames as a 32-bit number, their XXH3 as a 64-bit one, the frames. The file `position` says up to where all
// is done with: segment, offset, bytes of the block there, and the XXH3 of these three. A block whose checksum is wrong
// ends its segment; reading goes on with the next one, and what is missing is told. The directory is locked: one
// process at a time.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/route/frame_queue.h"

namespace vexevt {

class Spill {
 public:
  // Makes the directory where it isn't there; takes up what a former process left. `max_bytes` 0: no limit.
  static Result<std::unique_ptr<Spill>> Open(std::string directory, std::uint64_t max_bytes);

  // Frames wait in memory until Flush, which writes them as a block. Where that fails they stay.
  void Append(std::span<const std::byte> frame) { buffer_.insert(buffer_.end(), frame.begin(), frame.end()); }
  std::size_t buffered() const { return buffer_.size(); }
  Status Flush();
  // The limit is reached; what is appended all the same is held in memory.
  bool full() const { return max_bytes_ != 0 && disk_bytes_ + buffer_.size() >= max_bytes_; }

  void set_max_bytes(std::uint64_t max_bytes) { max_bytes_ = max_bytes; }

  // Nothing is left to Read.
  bool drained() const { return unread_bytes_ == 0 && buffer_.empty(); }
  std::uint64_t unread_bytes() const { return unread_bytes_ + buffer_.size(); }

  // Appends the next block to `queue`. False: there is none. kDataLoss: frames are missing here; go on reading.
  Result<bool> Read(FrameQueue* queue);
  // Everything up to `mark` is done with.
  Status Acknowledge(const SpillMark& mark);

  // For the end: puts frames before all that is not acknowledged. What was read and not acknowledged is unread again.
  Status Prepend(std::span<const std::byte> frames);

 private:
  struct Segment {
    std::uint64_t number;
    std::uint64_t bytes;
  };

  Spill(std::string directory, std::uint64_t max_bytes) : directory_(std::move(directory)), max_bytes_(max_bytes) {}
  std::string PathOf(std::uint64_t number) const;
  Status Recover();
  Status AddSegment();
  Status WriteBlock(int fd, std::span<const std::byte> frames, Segment* segment);
  Result<bool> FindBlock();
  Status SkipSegment(std::string_view why);
  Status WritePosition(const SpillMark& mark);
  void RemoveBefore(std::uint64_t number);

  std::string directory_;
  std::uint64_t max_bytes_;
  UniqueFd lock_, position_, write_, read_;
  std::deque<Segment> segments_;
  std::uint64_t reading_ = 0;  // number of the segment that read_ is open on; 0: none
  SpillMark next_, acknowledged_;
  std::uint64_t disk_bytes_ = 0, unread_bytes_ = 0;
  std::vector<std::byte> buffer_;
};

}  // namespace vexevt
