// Rules that are added to a file.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// Says whether `text` is a good file; failures call it `file`.
using FileCheck = std::function<Status(std::string text, std::string file)>;

// Adds `toml`, one [[table]] with that name, at the end of `file`, or makes the file. Nothing is changed where there is
// a table of the name already (kInvalidArgument), or where `check` refuses what would come out. The file is replaced as
// a whole; a symbolic link stays, and what it leads to is replaced.
Status AddToFile(const std::string& file, std::string_view table, std::string_view name, std::string_view toml,
                 const FileCheck& check);

// The names of the [[table]]s of a document. kInvalidArgument: it is no TOML, or has something else at its top while
// `only` they may be there.
Result<std::vector<std::string>> NamesInFile(const std::string& text, const std::string& file, std::string_view table,
                                             bool only = false);

}  // namespace vexevt
