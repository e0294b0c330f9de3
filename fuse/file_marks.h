// The marks of a file, from its extended attributes (marks.h).
#pragma once

#include <string_view>

#include "fuse/filesystem.h"

namespace vexevt {

inline bool IsMark(std::string_view xattr) { return xattr.starts_with(kMarkPrefix); }

// Reads the attributes of the file below anew.
void ReadMarks(Filesystem& fs, Node& node);

}  // namespace vexevt
