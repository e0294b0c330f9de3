// What libfuse 3.14 can't say in its answers, because it is older than the protocol: it is put into them on their way
// to the kernel. An operation sets it right before it answers, in the same thread; the answer takes it.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>

namespace vexevt {

struct InitPatch {
  bool pending = false;
  std::uint64_t flags = 0;            // added
  std::uint64_t cleared = 0;          // taken away
  std::uint32_t max_stack_depth = 0;  // with kInitPassthrough
};
InitPatch& InitReply();

struct OpenPatch {
  std::int32_t backing_id = 0;  // 0: nothing to say
};
OpenPatch& OpenReply();

// writev(2) of one answer, patched: fuse_custom_io::writev.
ssize_t WriteReply(int fd, iovec* parts, int count, void* userdata);

}  // namespace vexevt
