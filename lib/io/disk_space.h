// DiskSpace: how large a file system is, and how full.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/status.h"

namespace vexevt {

// Bytes, as df(1) has them: without those that are kept for root.
struct DiskSpace {
  std::uint64_t size = 0;
  std::uint64_t used = 0;
};

// Of the file system on which `path` lies.
Result<DiskSpace> ReadDiskSpace(const std::string& path);

}  // namespace vexevt
