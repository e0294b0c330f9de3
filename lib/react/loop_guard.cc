#include "lib/react/loop_guard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxDepth = 64;  // of processes below each other, that are asked for their parents

}  // namespace

std::optional<std::uint32_t> ParentOfProcess(std::uint32_t pid) {
  const auto text = ReadFile(fmt::format("/proc/{}/stat", pid), 4096);
  if (!text.ok()) return std::nullopt;
  // PID (COMM) STATE PPID …, where COMM may hold anything.
  const std::string_view stat = *text;
  const std::size_t comm_end = stat.rfind(')');
  if (comm_end == std::string_view::npos || comm_end + 4 > stat.size()) return std::nullopt;
  std::uint32_t parent = 0;
  const auto [end, error] = std::from_chars(stat.data() + comm_end + 4, stat.data() + stat.size(), parent);
  if (error != std::errc() || parent == 0) return std::nullopt;
  return parent;
}

std::string OwnServiceCgroup() {
  // What a service starts inherits its environment, but not its process id.
  const char* main = std::getenv("SYSTEMD_EXEC_PID");
  if (main == nullptr || main != fmt::format("{}", ::getpid())) return {};
  const auto text = ReadFile("/proc/self/cgroup", std::size_t{64} << 10);
  if (!text.ok()) return {};
  constexpr std::string_view kUnified = "0::";
  std::string_view rest = *text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.starts_with(kUnified)) continue;
    line.remove_prefix(kUnified.size());
    return line == "/" ? "" : std::string(line);
  }
  return {};
}

void LoopGuard::Began(std::uint32_t pid) {
  has_acted_ = true;
  actions_.insert(pid);
  strangers_.Forget(pid);
}

void LoopGuard::Ended(std::uint32_t pid, std::uint64_t now_ns) {
  if (actions_.erase(pid) > 0) ours_.Remember(pid, now_ns + kLingerNs);
}

bool LoopGuard::IsOurs(const EventView& event, std::uint64_t now_ns) {
  return IsMade(event) || IsInCgroup(event) || IsOfTree(event, now_ns);
}

bool LoopGuard::IsMade(const EventView& event) const {
  const auto made = [&](EventId id) { return std::ranges::find(sources_, id.source) != sources_.end(); };
  if ((event.flags() & kFlagCaused) != 0 || made(event.id())) return true;
  for (std::size_t i = 0, count = event.cause_count(); i < count; ++i) {
    if (made(event.cause(i))) return true;
  }
  return false;
}

bool LoopGuard::IsInCgroup(const EventView& event) const {
  if (cgroup_.empty()) return false;
  const std::string_view cgroup = event.Bytes(layout::kCgroup);
  return cgroup.starts_with(cgroup_) && (cgroup.size() == cgroup_.size() || cgroup[cgroup_.size()] == '/');
}

bool LoopGuard::IsOfTree(const EventView& event, std::uint64_t now_ns) {
  if (!event.host().empty() && event.host() != host_) return false;
  if (event.pid() == self_) return true;
  if (!has_acted_) return false;
  std::optional<std::uint32_t> parent;
  if ((event.flags() & kFlagCredentials) != 0) parent = event.Get<std::uint32_t>(layout::kPpid);
  if (event.pid() != 0 && IsProcessOurs(event.pid(), parent, now_ns)) return true;
  if (event.type() != kVexevtMatch && event.type() != kVexevtPartial) return false;
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    const auto* pid = std::get_if<std::int64_t>(&attribute.value);
    const bool names_process = attribute.key == "pid" || attribute.key.ends_with(".pid");
    if (pid == nullptr || !names_process || *pid <= 0 || *pid > INT32_MAX) continue;
    if (IsProcessOurs(static_cast<std::uint32_t>(*pid), std::nullopt, now_ns)) return true;
  }
  return false;
}

bool LoopGuard::IsProcessOurs(std::uint32_t pid, std::optional<std::uint32_t> parent, std::uint64_t now_ns) {
  if (pid == self_ || actions_.contains(pid)) return true;
  if (ours_.Has(pid, now_ns) || (parent && IsKnown(*parent, now_ns))) {
    ours_.Remember(pid, now_ns + kLingerNs);
    return true;
  }
  if (strangers_.Has(pid, now_ns)) return false;
  // Its parent may have ended since the event: of one that lives the present one counts.
  std::vector<std::uint32_t> line = {pid};
  std::optional<std::uint32_t> above = parent_of_(pid);
  if (!above) above = parent;
  bool ours = false;
  while (above && *above > 1 && line.size() < kMaxDepth && !strangers_.Has(*above, now_ns)) {
    ours = IsKnown(*above, now_ns);
    if (ours) break;
    line.push_back(*above);
    above = parent_of_(*above);
  }
  RecentPids& learnt = ours ? ours_ : strangers_;
  for (const std::uint32_t of_line : line) learnt.Remember(of_line, now_ns + (ours ? kLingerNs : kStrangerNs));
  return ours;
}

}  // namespace vexevt
