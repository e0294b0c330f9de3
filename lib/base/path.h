// Paths as text: nothing is looked up.
#pragma once

#include <string_view>

namespace vexevt {

// Whether `path` is `folder` or below it. Both absolute; `folder` is "/" or without a '/' at the end.
inline bool IsWithin(std::string_view path, std::string_view folder) {
  if (folder.size() == 1) return !path.empty() && path.front() == '/';
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace vexevt
