#include "lib/status/running.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "lib/io/full.h"

namespace vexevt {
namespace {

namespace fs = std::filesystem;

std::string LinkOf(const fs::path& path) {
  std::error_code error;
  return fs::read_symlink(path, error).string();
}

// The page among the descriptors of a process. Processes come and go: what cannot be read is not there.
std::optional<StatusReading> FindPage(const fs::path& process, std::error_code* error) {
  for (fs::directory_iterator entry(process / "fd", *error), end; !*error && entry != end; entry.increment(*error)) {
    if (LinkOf(entry->path()) != kStatusPageLink) continue;
    // O_NONBLOCK: by now it may be a pipe.
    UniqueFd fd(::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) continue;
    if (auto reading = ReadStatusPage(fd.get())) return reading;
  }
  return {};
}

}  // namespace

Result<RunningTools> FindRunningTools() {
  RunningTools found;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    Result<std::string> comm = ReadFile(entry->path() / "comm", 64);
    if (!comm.ok() || !comm->starts_with("vexevt-")) continue;
    std::error_code refused;
    auto reading = FindPage(entry->path(), &refused);
    if (refused == std::errc::permission_denied) ++found.hidden;
    if (!reading) continue;
    found.tools.push_back({.pid = pid,
                           .reading = *std::move(reading),
                           .stdin_link = LinkOf(entry->path() / "fd/0"),
                           .stdout_link = LinkOf(entry->path() / "fd/1")});
  }
  if (error) return ErrnoStatus("cannot read '/proc'", error.value());
  std::ranges::sort(found.tools, {}, &RunningTool::pid);
  return found;
}

}  // namespace vexevt
