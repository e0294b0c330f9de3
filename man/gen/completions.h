// Completions: a hand-written script for each shell (completions/), into whose slots the tools' options go. A line that is
// @TABLES@ is replaced by them; @TOOLS@, @FIELDS@, @TYPES@ and @KEYWORDS@ anywhere, by names separated by blanks.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "man/gen/words.h"

namespace vexevt {

std::string BashTables(std::span<const CommandDoc> commands);
std::string ZshTables(std::span<const CommandDoc> commands);
std::string FishTables(std::span<const CommandDoc> commands);

// `script` with its slots filled.
std::string FillScript(std::string_view script, std::string_view tables, std::span<const CommandDoc> commands);

}  // namespace vexevt
