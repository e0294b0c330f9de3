// Paths and names of files as a sentence has them. For lib/ask itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/ask/word_reader.h"

namespace vexevt {

// /etc/shadow, *.log, .py, "my file": what they say of `field` ("path", "path2" or another text field), several joined
// by "or". Nothing is taken where there is none.
std::optional<std::string> ReadPaths(WordReader& words, std::string_view field);

// The same behind "called": any word is a name.
std::optional<std::string> ReadNamesOfFiles(WordReader& words);

// /etc, or several, without a slash at their end; empty where there is none.
std::vector<std::string> ReadFolders(WordReader& words);

// Words joined by "or", as they stand.
std::vector<std::string> ReadTexts(WordReader& words, std::string_view what);

}  // namespace vexevt
