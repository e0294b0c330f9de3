// What /proc and /sys say, read as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/io/mounts.h"

namespace vexevt {

// The first line, without its newline; nullopt where the file cannot be read.
std::optional<std::string> ReadFirstLine(const std::string& path);
std::optional<std::uint64_t> ReadNumber(const std::string& path);

// The mounts that hold files of people: not proc, sysfs, cgroups and their like, nor what another one hides; one of
// each device, the last.
std::vector<Mount> FileMounts(const std::vector<Mount>& mounts);

}  // namespace vexevt
