// Man pages: hand-written roff with slots. A line that is one of these is replaced:
//   @SYNOPSIS@ @OPTIONS@ @EXIT_STATUS@ @EXAMPLES@   of the page's tool
//   @OPTIONS NAME@                                  of its command NAME
//   @FIELDS@ @TYPES@                                all fields and event types, as a list
// and @VERSION@ anywhere.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "man/gen/tools.h"

namespace vexevt {

// `tool` is null for pages that are not of a tool; slots that ask for one are then an error, as are unknown ones.
Result<std::string> BuildPage(std::string_view source, const ToolEntry* tool);

// `text` as roff shows it literally: for use within a line.
std::string RoffText(std::string_view text);

}  // namespace vexevt
