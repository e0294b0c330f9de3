#include "lib/doctor/proc_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

namespace vexevt {
namespace {

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// proc(5): space, tab, newline and backslash are \040, \011, \012 and \134.
std::string Unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] == '\\' && text.size() >= 4 && IsOctal(text[1]) && IsOctal(text[2]) && IsOctal(text[3])) {
      out += static_cast<char>((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
      text.remove_prefix(4);
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> ReadFirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

std::optional<std::uint64_t> ReadNumber(const std::string& path) {
  std::optional<std::string> line = ReadFirstLine(path);
  if (!line) return std::nullopt;
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::vector<Mount> ParseMounts(std::string_view text) {
  std::vector<Mount> mounts;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    // 36 35 98:0 /root /point options… - type source superoptions
    std::istringstream fields(line);
    std::string skip, device, point, word;
    Mount mount;
    if (!(fields >> skip >> skip >> device >> skip >> point)) continue;
    while (fields >> word && word != "-") continue;
    if (!(fields >> mount.type >> mount.source)) continue;
    std::uint64_t major = 0, minor = 0;
    const char* end = device.data() + device.size();
    auto parsed = std::from_chars(device.data(), end, major);
    if (parsed.ptr != end) std::from_chars(parsed.ptr + 1, end, minor);
    mount.device = major << 32 | minor;
    mount.point = Unescape(point);
    mount.source = Unescape(mount.source);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::vector<Mount> FileMounts(const std::vector<Mount>& mounts) {
  static constexpr std::array<std::string_view, 22> kKernels = {
      "autofs",   "binfmt_misc", "bpf",        "cgroup",    "cgroup2", "configfs", "debugfs", "devpts",
      "devtmpfs", "efivarfs",    "fusectl",    "hugetlbfs", "mqueue",  "nsfs",     "proc",    "pstore",
      "ramfs",    "rpc_pipefs",  "securityfs", "selinuxfs", "sysfs",   "tracefs"};
  std::vector<Mount> kept;
  std::set<std::string> points;
  std::set<std::uint64_t> devices;
  // From the last: a mount hides the earlier ones of its point.
  for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount) {
    bool visible = points.insert(mount->point).second;
    bool ours = std::find(kKernels.begin(), kKernels.end(), mount->type) == kKernels.end() &&
                !mount->point.starts_with("/sys/") && !mount->point.starts_with("/proc/");
    if (visible && ours && devices.insert(mount->device).second) kept.push_back(*mount);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

}  // namespace vexevt
