#include "lib/io/mounts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "lib/base/path.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxMountInfo = std::size_t{64} << 20;

std::string_view TakeField(std::string_view* line) {
  std::size_t end = std::min(line->find(' '), line->size());
  std::string_view field = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return field;
}

std::uint32_t Number(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// Space, tab, newline and backslash stand as \ooo: see proc(5).
std::string Unescape(std::string_view text) {
  auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

std::vector<Mount> ParseMounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  while (!mountinfo.empty()) {
    std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    std::string_view line = mountinfo.substr(0, end);
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    Mount mount;
    mount.id = Number(TakeField(&line));
    TakeField(&line);  // parent
    std::string_view device = TakeField(&line);
    std::size_t colon = device.find(':');
    if (colon == std::string_view::npos) continue;
    mount.device = Number(device.substr(0, colon)) << 20 | Number(device.substr(colon + 1));
    mount.root = Unescape(TakeField(&line));
    mount.point = Unescape(TakeField(&line));
    while (!line.empty() && TakeField(&line) != "-") {
    }
    mount.type = TakeField(&line);
    if (mount.point.starts_with('/')) mounts.push_back(std::move(mount));
  }
  return mounts;
}

Result<std::vector<Mount>> ReadMounts() {
  VEXEVT_ASSIGN(std::string text, ReadFile("/proc/self/mountinfo", kMaxMountInfo));
  return ParseMounts(text);
}

bool IsPseudo(const Mount& mount) {
  static constexpr std::array<std::string_view, 21> kTypes = {
      "autofs", "binfmt_misc", "bpf",        "cgroup",     "cgroup2",   "configfs", "debugfs",
      "devpts", "devtmpfs",    "efivarfs",   "fusectl",    "hugetlbfs", "mqueue",   "nsfs",
      "proc",   "pstore",      "rpc_pipefs", "securityfs", "selinuxfs", "sysfs",    "tracefs"};
  return std::ranges::binary_search(kTypes, mount.type);
}

const Mount* MountOf(std::string_view path, const std::vector<Mount>& mounts) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    if (IsWithin(path, mount.point) && (best == nullptr || mount.point.size() >= best->point.size())) best = &mount;
  }
  return best;
}

}  // namespace vexevt
