// FaultyFd: a descriptor on which read(2) and write(2) do what they may do but seldom do. The linker's --wrap puts them
// in the way, so that the code under test is the code that ships: link vexevt_io_testing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace vexevt {

struct Faults {
  std::size_t most = std::numeric_limits<std::size_t>::max();         // bytes that one call moves
  bool interrupted = false;                                           // every other call is, by a signal (EINTR)
  std::uint64_t fail_at = std::numeric_limits<std::uint64_t>::max();  // bytes moved before calls fail
  int error = 0;                                                      // with which they then fail
};

// While it lives, one at a time; for one thread.
class FaultyFd {
 public:
  FaultyFd(int fd, Faults faults);
  FaultyFd(const FaultyFd&) = delete;
  FaultyFd& operator=(const FaultyFd&) = delete;
  ~FaultyFd();

  std::size_t calls() const;
};

}  // namespace vexevt
