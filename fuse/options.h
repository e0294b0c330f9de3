// The command line of vexevt-fuse as plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

enum class Cache : std::uint8_t { kNever, kAuto, kAlways };
enum class WhenFull : std::uint8_t { kDrop, kBlock, kSpill };

struct FuseOptions {
  CommonOptions common;
  std::string source, mountpoint;
  std::string mount_options;  // ro,nosuid,…: what is for the kernel and libfuse
  Cache cache = Cache::kAuto;
  std::uint64_t timeout_ns = kNsPerSecond;  // for which the kernel trusts names and attributes
  bool writeback = false;
  bool passthrough = false;
  bool splice = false;
  bool only_me = false;  // no other users
  bool background = false;
  std::uint64_t threads = 0;  // 0: by the number of processors
  std::string where;
  std::vector<std::string> types;  // names and families, as typed
  WhenFull on_full = WhenFull::kDrop;
  std::uint64_t queue_bytes = std::uint64_t{8} << 20;
  std::string spill_directory;  // empty: $TMPDIR or /tmp
  std::string host, tenant;     // host empty: this one
};

extern const Tool kFuseTool;
void AddFuseOptions(CLI::App& app, FuseOptions* options);

// Whether there is an option "--NAME", and how it is written.
enum class OptionShape : std::uint8_t { kNone, kFlag, kValue };
OptionShape ShapeOfFuseOption(std::string_view name);

}  // namespace vexevt
