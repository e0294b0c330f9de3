// What the FUSE protocol has beyond <linux/fuse.h> of Linux 6.1 (7.38), and libfuse 3.14 does not speak. Names and
// values are those of include/uapi/linux/fuse.h, protocol 7.41 (Linux 6.12).
#pragma once

#include <linux/fuse.h>
#include <sys/ioctl.h>

#include <cstdint>

namespace vexevt::protocol {

// Of INIT. The upper half travels in flags2, and counts only with FUSE_INIT_EXT.
inline constexpr std::uint64_t kInitDirectIoAllowMmap = std::uint64_t{1} << 36,
                               kInitPassthrough = std::uint64_t{1} << 37;

struct InitOut {  // fuse_init_out, with max_stack_depth
  std::uint32_t major, minor, max_readahead, flags;
  std::uint16_t max_background, congestion_threshold;
  std::uint32_t max_write, time_gran;
  std::uint16_t max_pages, map_alignment;
  std::uint32_t flags2, max_stack_depth, unused[6];
};
static_assert(sizeof(InitOut) == sizeof(fuse_init_out));

// Of OPEN and CREATE.
inline constexpr std::uint32_t kOpenParallelDirectWrites = 1 << 6, kOpenPassthrough = 1 << 7;

struct OpenOut {  // fuse_open_out, with backing_id
  std::uint64_t fh;
  std::uint32_t open_flags;
  std::int32_t backing_id;
};
static_assert(sizeof(OpenOut) == sizeof(fuse_open_out));

struct BackingMap {
  std::int32_t fd;
  std::uint32_t flags;
  std::uint64_t padding;
};
inline constexpr unsigned long kBackingOpen = _IOW(229, 1, BackingMap), kBackingClose = _IOW(229, 2, std::uint32_t);

inline constexpr std::uint32_t kStatx = 52;  // opcode

struct StatxIn {
  std::uint32_t getattr_flags, reserved;
  std::uint64_t fh;
  std::uint32_t sx_flags, sx_mask;
};

struct StatxTime {
  std::int64_t seconds;
  std::uint32_t nanoseconds;
  std::int32_t reserved;
};

struct StatxOut {
  std::uint64_t attr_valid;
  std::uint32_t attr_valid_nsec, flags;
  std::uint64_t spare[2];
  std::uint32_t mask, blksize;
  std::uint64_t attributes;
  std::uint32_t nlink, uid, gid;
  std::uint16_t mode, spare0;
  std::uint64_t ino, size, blocks, attributes_mask;
  StatxTime atime, btime, ctime, mtime;
  std::uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
  std::uint64_t spare2[14];
};
static_assert(sizeof(StatxOut) == 288);

}  // namespace vexevt::protocol
