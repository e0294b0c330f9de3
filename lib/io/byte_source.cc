#include "lib/io/byte_source.h"

#include <utility>

#include "lib/io/full.h"
#include "lib/io/held_up.h"

namespace vexevt {

Result<std::size_t> FdSource::Read(std::span<std::byte> to) {
  if (std::exchange(unwritten_, false)) {
    // Unlike read, poll knows a pipe that was never written from one whose writers have gone.
    pollfd waiting{fd_.get(), POLLIN, 0};
    HeldUp held_up;
    poll(&waiting, 1, -1);
  }
  VEXEVT_ASSIGN(std::size_t got, ReadSome(fd_.get(), to, name_));
  drained_ = got > 0 && got < to.size();
  return got;
}

bool FdSource::Ready() {
  // Less than was asked for: nothing more was there, which saves a system call each time a reader has caught up.
  if (std::exchange(drained_, false)) return false;
  pollfd waiting{fd_.get(), POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

}  // namespace vexevt
