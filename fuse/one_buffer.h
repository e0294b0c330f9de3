// OneBuffer: FUSE_BUFVEC_INIT of libfuse, whose compound literal is not C++.
#pragma once

#include <fuse_lowlevel.h>

#include <cstddef>

namespace vexevt {

inline fuse_bufvec OneBuffer(std::size_t size) {
  fuse_bufvec buffers{};
  buffers.count = 1;
  buffers.buf[0].size = size;
  buffers.buf[0].fd = -1;
  return buffers;
}

}  // namespace vexevt
