#include "lib/doctor/proc_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <string>

#include "lib/base/path.h"

namespace vexevt {

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

std::vector<Mount> FileMounts(const std::vector<Mount>& mounts) {
  std::vector<Mount> kept;
  std::set<std::string> points;
  std::set<std::uint32_t> devices;
  // From the last: a mount hides the earlier ones of its point.
  for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount) {
    bool visible = points.insert(mount->point).second;
    bool ours = !IsPseudo(*mount) && !IsWithin(mount->point, "/sys") && !IsWithin(mount->point, "/proc");
    if (visible && ours && devices.insert(mount->device).second) kept.push_back(*mount);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

}  // namespace vexevt
