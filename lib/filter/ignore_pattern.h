// One line of a .gitignore file (gitignore(5)) as a glob of ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vexevt {

struct IgnorePattern {
  std::string glob;  // of lib/match/glob.h; for a whole path, relative to the file's folder
  bool negated = false;
  bool directories_only = false;
};

// Without its newline. nullopt: a comment, nothing, or what git takes for a pattern that matches nothing.
std::optional<IgnorePattern> ParseIgnoreLine(std::string_view line);

}  // namespace vexevt
