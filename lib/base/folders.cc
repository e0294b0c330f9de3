#include "lib/base/folders.h"

#include "lib/base/path.h"

namespace vexevt {

std::vector<std::string> FoldersInBoth(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty()) return b;
  std::vector<std::string> both;
  for (const std::string& folder : a) {
    for (const std::string& other : b) {
      if (IsWithin(other, folder)) {
        both.push_back(other);
      } else if (IsWithin(folder, other)) {
        both.push_back(folder);
      }
    }
  }
  return both.empty() ? a : both;
}

}  // namespace vexevt
