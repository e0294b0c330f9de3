#include "lib/status/running.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "lib/base/clock.h"
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

// "RAN QUEUED SLICES".
ThreadTime ReadThreadTime(const fs::path& thread) {
  ThreadTime time;
  Result<std::string> text = ReadFile(thread / "schedstat", 128);
  if (!text.ok()) return time;
  const char* end = text->data() + text->size();
  const auto ran = std::from_chars(text->data(), end, time.ran_ns);
  if (ran.ptr != end) std::from_chars(ran.ptr + 1, end, time.queued_ns);
  return time;
}

// What "-" stands for.
const std::string& Named(const std::string& endpoint, const std::string& link) {
  return endpoint == "-" && !link.empty() ? link : endpoint;
}

RunningTool LookAt(pid_t pid, const fs::path& process, StatusReading reading) {
  RunningTool tool{.pid = pid,
                   .reading = std::move(reading),
                   .stdin_link = LinkOf(process / "fd/0"),
                   .stdout_link = LinkOf(process / "fd/1"),
                   .seen_ns = SystemClock().Now().mono_ns,
                   .thread = ReadThreadTime(process)};
  std::error_code error;
  for (fs::directory_iterator entry(process / "task", error), end; !error && entry != end; entry.increment(error)) {
    tool.processor_ns += ReadThreadTime(entry->path()).ran_ns;
  }
  return tool;
}

}  // namespace

const std::string& InputOf(const RunningTool& tool) { return Named(tool.reading.facts.input, tool.stdin_link); }
const std::string& OutputOf(const RunningTool& tool) { return Named(tool.reading.facts.output, tool.stdout_link); }

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
    found.tools.push_back(LookAt(pid, entry->path(), *std::move(reading)));
  }
  if (error) return ErrnoStatus("cannot read '/proc'", error.value());
  std::ranges::sort(found.tools, {}, &RunningTool::pid);
  return found;
}

}  // namespace vexevt
