// A file that says what will be executed, read only where nobody else can have written it.
#pragma once

#include <cstddef>
#include <string>

#include "lib/base/status.h"

namespace vexevt {

// The text of `path`, a regular file of at most `limit` bytes. kPermissionDenied, saying of what, where it or a folder
// above it is somebody else's (neither ours nor root's), or others can write it; in a folder with the sticky bit, as
// /tmp, others can't replace a file.
Result<std::string> ReadTrustedFile(const std::string& path, std::size_t limit);

// The same of a file that others read.
Status CheckTrustedFile(const std::string& path);

}  // namespace vexevt
