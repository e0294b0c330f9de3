#include "lib/io/name_history.h"

#include <algorithm>

namespace vexevt {

void NameHistory::Take(std::uint32_t mask, std::uint32_t cookie, std::string_view name) {
  auto bearer = std::ranges::find(names_, name);
  if ((mask & (IN_MOVED_FROM | IN_DELETE)) != 0) {
    if (bearer == names_.end()) return;
    if ((mask & IN_MOVED_FROM) != 0) moving_.push_back({cookie, static_cast<std::size_t>(bearer - names_.begin())});
    bearer->clear();
    return;
  }
  if (bearer != names_.end()) bearer->clear();  // another one took its place
  auto moved = std::ranges::find(moving_, cookie, &Moving::cookie);
  if ((mask & IN_MOVED_TO) != 0 && moved != moving_.end()) {
    names_[moved->index] = name;
    moving_.erase(moved);
  } else if (name == name_) {
    names_.emplace_back(name);
  }
}

}  // namespace vexevt
