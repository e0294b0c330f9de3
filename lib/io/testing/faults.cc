#include "lib/io/testing/faults.h"

#include <sys/types.h>

#include <algorithm>
#include <cerrno>

extern "C" {
ssize_t __real_read(int fd, void* to, std::size_t size);
ssize_t __real_write(int fd, const void* from, std::size_t size);
}

namespace vexevt {
namespace {

struct Armed {
  int fd = -1;
  Faults faults;
  std::uint64_t moved = 0;
  std::size_t calls = 0;
};
Armed armed;

// What to ask the kernel for, of `size` bytes; 0 with errno set: fail.
std::size_t Allowed(std::size_t size) {
  ++armed.calls;
  if (armed.faults.interrupted && armed.calls % 2 == 1) {
    errno = EINTR;
    return 0;
  }
  if (armed.moved >= armed.faults.fail_at) {
    errno = armed.faults.error;
    return 0;
  }
  return static_cast<std::size_t>(
      std::min<std::uint64_t>({size, armed.faults.most, armed.faults.fail_at - armed.moved}));
}

ssize_t Count(ssize_t result) {
  if (result > 0) armed.moved += static_cast<std::uint64_t>(result);
  return result;
}

}  // namespace

FaultyFd::FaultyFd(int fd, Faults faults) { armed = {fd, faults}; }
FaultyFd::~FaultyFd() { armed = {}; }
std::size_t FaultyFd::calls() const { return armed.calls; }

extern "C" {
ssize_t __wrap_read(int fd, void* to, std::size_t size);
ssize_t __wrap_write(int fd, const void* from, std::size_t size);

ssize_t __wrap_read(int fd, void* to, std::size_t size) {
  if (fd != armed.fd || size == 0) return __real_read(fd, to, size);
  std::size_t allowed = Allowed(size);
  return allowed == 0 ? -1 : Count(__real_read(fd, to, allowed));
}

ssize_t __wrap_write(int fd, const void* from, std::size_t size) {
  if (fd != armed.fd || size == 0) return __real_write(fd, from, size);
  std::size_t allowed = Allowed(size);
  return allowed == 0 ? -1 : Count(__real_write(fd, from, allowed));
}
}

}  // namespace vexevt
