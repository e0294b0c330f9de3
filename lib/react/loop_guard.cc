#include "lib/react/loop_guard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr int kMaxDepth = 64;  // of processes below each other, that are asked for their parents

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
  trees_[pid].goes_on = true;
  strangers_.erase(pid);
  roots_[pid] = pid;
}

void LoopGuard::Ended(std::uint32_t pid, std::uint64_t now_ns) {
  const auto tree = trees_.find(pid);
  if (tree == trees_.end() || !tree->second.goes_on) return;
  tree->second.goes_on = false;
  tree->second.until_ns = now_ns + kLingerNs;
  ended_.emplace_back(tree->second.until_ns, pid);
}

bool LoopGuard::IsOurs(const EventView& event, std::uint64_t now_ns) {
  const bool ours = IsMade(event) || IsInCgroup(event) || IsOfTree(event, now_ns);
  recognised_ += ours;
  return ours;
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
  while (!ended_.empty() && ended_.front().first <= now_ns) ForgetFirstEnded();
  if (trees_.empty()) return false;
  std::optional<std::uint32_t> parent;
  if ((event.flags() & kFlagCredentials) != 0) parent = event.Get<std::uint32_t>(layout::kPpid);
  if (event.pid() != 0 && IsProcessOurs(event.pid(), parent, now_ns)) return true;
  if (event.type() != kVexevtMatch && event.type() != kVexevtPartial) return false;
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    const auto* pid = std::get_if<std::int64_t>(&attribute.value);
    const bool names_process = attribute.key == "pid" || attribute.key.ends_with(".pid");
    if (pid == nullptr || !names_process || *pid <= 0 || *pid > INT32_MAX) continue;
    const auto shown = static_cast<std::uint32_t>(*pid);
    if (shown == self_ || IsProcessOurs(shown, std::nullopt, now_ns)) return true;
  }
  return false;
}

bool LoopGuard::IsStranger(std::uint32_t pid, std::uint64_t now_ns) const {
  const auto stranger = strangers_.find(pid);
  return stranger != strangers_.end() && now_ns < stranger->second;
}

bool LoopGuard::IsProcessOurs(std::uint32_t pid, std::optional<std::uint32_t> parent, std::uint64_t now_ns) {
  if (roots_.contains(pid)) return true;
  if (IsStranger(pid, now_ns)) return false;
  std::vector<std::uint32_t> line = {pid};
  if (!parent) parent = parent_of_(pid);
  for (int depth = 0; parent && *parent > 1 && depth < kMaxDepth; ++depth) {
    const auto root = roots_.find(*parent);
    if (root != roots_.end()) {
      const std::uint32_t action = root->second;
      for (const std::uint32_t of_tree : line) Learn(of_tree, action);
      return true;
    }
    if (*parent == self_ || IsStranger(*parent, now_ns)) break;
    line.push_back(*parent);
    parent = parent_of_(*parent);
  }
  if (strangers_.size() + line.size() > kMaxPids) strangers_.clear();
  for (const std::uint32_t stranger : line) strangers_[stranger] = now_ns + kStrangerNs;
  return false;
}

// Where there are too many, trees that have ended make room. While there is none, it is not learnt: its next event
// asks again.
void LoopGuard::Learn(std::uint32_t pid, std::uint32_t root) {
  while (roots_.size() >= kMaxPids && !ended_.empty()) ForgetFirstEnded();
  const auto tree = trees_.find(root);
  if (roots_.size() >= kMaxPids || tree == trees_.end()) return;
  roots_[pid] = root;
  tree->second.pids.push_back(pid);
}

void LoopGuard::ForgetFirstEnded() {
  const auto [until_ns, root] = ended_.front();
  ended_.pop_front();
  const auto tree = trees_.find(root);
  if (tree == trees_.end() || tree->second.goes_on || tree->second.until_ns != until_ns) return;
  roots_.erase(root);
  for (const std::uint32_t pid : tree->second.pids) {
    const auto known = roots_.find(pid);
    if (known != roots_.end() && known->second == root) roots_.erase(known);
  }
  trees_.erase(tree);
}

}  // namespace vexevt
