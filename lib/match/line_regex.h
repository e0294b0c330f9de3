// A regex rewritten so that Hyperscan can look for it in many texts at once, laid out as the lines of one buffer.
//
// There '^' and '$' mean the ends of a line, '.' excludes the newline, and a newline that a text itself holds stands as
// a NUL. The rewriting reads just enough of the syntax to keep matches inside their line; what it does not know it
// leaves to RE2. For lib/match itself.
#pragma once

#include <string>
#include <string_view>

namespace vexevt {

struct LineRegex {
  enum class Use {
    kExact,   // matches a line exactly where the regex matches the text
    kFilter,  // may match where the regex does not; never misses, unless the text holds a newline
    kNone,    // not for Hyperscan
  };
  Use use = Use::kNone;
  std::string text;
};

LineRegex ToLineRegex(std::string_view regex);  // a regex that RE2 has accepted

}  // namespace vexevt
