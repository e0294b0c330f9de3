// What /proc and /sys say, read as plain values; the root can be another folder, in tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

// The first line, without its newline; nullopt where the file cannot be read.
std::optional<std::string> ReadFirstLine(const std::string& path);
std::optional<std::uint64_t> ReadNumber(const std::string& path);

struct Mount {
  std::uint64_t device = 0;  // major << 32 | minor
  std::string point, type, source;
};
// /proc/self/mountinfo's text; octal escapes undone.
std::vector<Mount> ParseMounts(std::string_view text);

// The mounts that hold files of people: not proc, sysfs, cgroups and their like, nor what another one hides; one of
// each device, the last.
std::vector<Mount> FileMounts(const std::vector<Mount>& mounts);

}  // namespace vexevt
