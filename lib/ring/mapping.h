// Mapping: shared memory of a file. What a hostile peer can do to it is to make the file shorter, and then an access
// raises SIGBUS. That is caught: the whole mapping is replaced by private zeros, the access goes on there, and broken()
// says that nothing in it means anything any more (as wl_shm does for Wayland's servers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "lib/base/status.h"

namespace vexevt {

class Mapping {
 public:
  enum class Access : bool { kRead, kReadWrite };

  Mapping() = default;
  Mapping(Mapping&& other) noexcept { *this = std::move(other); }
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  // `offset` and `bytes` are multiples of the page size. The first mapping of a process takes over SIGBUS; what has
  // nothing to do with mappings goes on to the handler that was there.
  static Result<Mapping> Map(int fd, std::uint64_t offset, std::size_t bytes, Access access);
  // The same bytes twice, one behind the other, so that what wraps lies in one piece.
  static Result<Mapping> MapTwice(int fd, std::uint64_t offset, std::size_t bytes, Access access);

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  bool broken() const;

 private:
  Mapping(std::byte* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  Status Guard();

  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;  // mapped in all
  int guard_ = -1;
};

}  // namespace vexevt
