// NameHistory: the files that have got a certain name in a directory, one after the other, and what they are called by
// now. Told by what inotify says of the directory, in order: IN_CREATE, IN_MOVED_FROM, IN_MOVED_TO and IN_DELETE.
#pragma once

#include <sys/inotify.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vexevt {

class NameHistory {
 public:
  static constexpr std::uint32_t kMask = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE;

  explicit NameHistory(std::string name) : name_(std::move(name)) {}

  void Take(std::uint32_t mask, std::uint32_t cookie, std::string_view name);

  // Those that came since the last Forget, the oldest first. Empty: it is not in the directory any more.
  const std::vector<std::string>& names() const { return names_; }
  void Forget() {
    names_.clear();
    moving_.clear();
  }

 private:
  std::string name_;
  std::vector<std::string> names_;
  // What was moved from a name of names_ (its index), to be found again by the cookie.
  struct Moving {
    std::uint32_t cookie;
    std::size_t index;
  };
  std::vector<Moving> moving_;
};

}  // namespace vexevt
