#include "cmd/vexevt-capture/read_paths.h"

#include <algorithm>
#include <string_view>

#include "lib/io/full.h"

namespace vexevt {

Result<std::vector<std::string>> ReadPaths(const std::string& name) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  VEXEVT_ASSIGN(std::string text, ReadFile(name == "-" ? "/dev/stdin" : name, kMost));
  char separator = text.find('\0') != std::string::npos ? '\0' : '\n';
  std::vector<std::string> paths;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view path = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));
    if (!path.empty()) paths.emplace_back(path);
  }
  return paths;
}

}  // namespace vexevt
