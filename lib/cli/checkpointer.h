// Checkpointer: keeps --checkpoint's file. It is moved on once an interval, when everything that was read has left, and
// at the end; a run that is shorter moves it on as a whole.
//
// What has left is, where it went to --output's file, on the disk before that is written down. What was written later
// and before a crash comes again: so it is at least once then, and exactly once after an orderly end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/stream/checkpoint.h"
#include "lib/stream/input.h"

namespace vexevt {

// What a step keeps of its own, in one with how far the input is dealt with: a later run goes on from both.
class DurableState {
 public:
  virtual ~DurableState() = default;

  virtual const std::vector<FileMark>& marks() const = 0;  // where to go on

  // The input is dealt with up to `marks`; what came of it has left, and is on the disk where it went to a file.
  // `output`: its descriptor; -1 once it is closed and the run has ended in order.
  virtual Status Save(const std::vector<FileMark>& marks, int output) = 0;
};

class Checkpointer {
 public:
  // Reads the file, and writes it once, so that one that can't be written is told before there is anything to lose.
  static Result<Checkpointer> Open(std::string path, std::uint64_t interval_ns, std::uint64_t now_ns);
  // With `state`, which outlives it, in place of a file.
  static Checkpointer Of(DurableState* state, std::uint64_t interval_ns, std::uint64_t now_ns);

  const std::vector<FileMark>& marks() const { return marks_; }  // where to go on

  void Moved() { moved_ = true; }  // more was read, or time went by
  bool due(std::uint64_t now_ns) const { return moved_ && now_ns >= next_ns_; }
  // The monotonic time at which it will be due; the largest value: never, as far as is known.
  std::uint64_t due_ns() const { return moved_ ? next_ns_ : ~std::uint64_t{0}; }

  // All that `input` gave has left, but for the last `left` events. `output` as for DurableState.
  Status Save(const StreamInput& input, std::size_t left, int output, std::uint64_t now_ns);

 private:
  Checkpointer() = default;

  std::string path_;
  DurableState* state_ = nullptr;  // in place of path_
  std::vector<FileMark> marks_;    // as the file has them
  bool moved_ = false;
  std::uint64_t interval_ns_ = 0, next_ns_ = 0;
};

}  // namespace vexevt
