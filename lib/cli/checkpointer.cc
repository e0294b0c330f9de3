#include "lib/cli/checkpointer.h"

#include <utility>

namespace vexevt {

Result<Checkpointer> Checkpointer::Open(std::string path, std::uint64_t interval_ns, std::uint64_t now_ns) {
  Checkpointer made;
  VEXEVT_ASSIGN(made.marks_, LoadCheckpoint(path));
  VEXEVT_TRY(SaveCheckpoint(path, made.marks_));
  made.path_ = std::move(path);
  made.interval_ns_ = interval_ns;
  made.next_ns_ = now_ns + interval_ns;
  return made;
}

Checkpointer Checkpointer::Of(DurableState* state, std::uint64_t interval_ns, std::uint64_t now_ns) {
  Checkpointer made;
  made.state_ = state;
  made.marks_ = state->marks();
  made.interval_ns_ = interval_ns;
  made.next_ns_ = now_ns + interval_ns;
  return made;
}

Status Checkpointer::Save(const StreamInput& input, std::size_t left, int output, std::uint64_t now_ns) {
  std::vector<FileMark> marks;
  input.AddMarks(left, &marks);
  marks_ = UpdateMarks(marks_, std::move(marks));
  moved_ = false;
  next_ns_ = now_ns + interval_ns_;
  return state_ != nullptr ? state_->Save(marks_, output) : SaveCheckpoint(path_, marks_);
}

}  // namespace vexevt
