// RootSet: the paths at and below which events are selected, however many. Not changed once made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

// Where a directory lies, seen from the selected roots.
enum class Standing : std::uint8_t {
  kOutside,  // nothing in it is selected
  kInside,   // it is at or below a root: all in it is selected
  kAbove,    // it holds a root: paths of what is in it must be looked at
};

class RootSet {
 public:
  // Each absolute, "/" or without a '/' at the end. None: all is inside.
  explicit RootSet(std::vector<std::string> roots);

  // What is unknown ("?", "?/name") is inside: nothing of it may be lost. Takes time with the logarithm of the roots.
  Standing StandingOf(std::string_view path) const;
  bool Holds(std::string_view path) const { return StandingOf(path) == Standing::kInside; }

 private:
  std::vector<std::string> roots_;  // in the order of a walk, none below another
};

}  // namespace vexevt
