#include "lib/capture/root_set.h"

#include <algorithm>
#include <utility>

#include "lib/base/path.h"

namespace vexevt {
namespace {

// The order of a walk: '/' before all other bytes, so that what lies below a path follows it without a gap.
bool Precedes(std::string_view a, std::string_view b) {
  auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (at == a.end() || other == b.end()) return at == a.end() && other != b.end();
  auto rank = [](char c) { return c == '/' ? 0 : 1 + static_cast<int>(static_cast<unsigned char>(c)); };
  return rank(*at) < rank(*other);
}

}  // namespace

RootSet::RootSet(std::vector<std::string> roots) {
  std::ranges::sort(roots, Precedes);
  for (std::string& root : roots) {
    if (roots_.empty() || !IsWithin(root, roots_.back())) roots_.push_back(std::move(root));
  }
}

Standing RootSet::StandingOf(std::string_view path) const {
  if (roots_.empty() || !path.starts_with('/')) return Standing::kInside;
  auto next =
      std::ranges::upper_bound(roots_, path, Precedes, [](const std::string& root) { return std::string_view(root); });
  if (next != roots_.begin() && IsWithin(path, *(next - 1))) return Standing::kInside;
  return next != roots_.end() && IsWithin(*next, path) ? Standing::kAbove : Standing::kOutside;
}

}  // namespace vexevt
