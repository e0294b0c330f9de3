// Four processes that make and delete files in /t as fast as they can.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace vexevt {

inline constexpr int kStormWriters = 4, kStormFiles = 1000;
// create, open, close-write, delete
inline constexpr std::uint64_t kStormEvents = std::uint64_t{4} * kStormWriters * kStormFiles;

std::vector<pid_t> StartStorm();
void AwaitStorm(const std::vector<pid_t>& writers);

}  // namespace vexevt
