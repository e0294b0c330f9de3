// A file's new contents, whole or not at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

// Replaces `path` by a file with `contents`: whoever opens it, also after a crash, finds the old or the new ones. A
// symbolic link is replaced itself.
Status ReplaceFile(const std::string& path, std::string_view contents, mode_t mode = 0644);

// Renames a file within its directory, which is on disk then.
Status RenameDurably(const std::string& from, const std::string& to);

}  // namespace vexevt
