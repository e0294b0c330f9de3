// The texts of -h, --help and --help-fields. No line is longer than 79 columns, unless a word is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/cli/tool.h"

namespace CLI {
class App;
}

namespace vexevt {

// -h: the usage, and one line for each option.
std::string BriefHelp(const Tool& tool, const CLI::App& app);
// --help: all there is, with exit statuses and examples. `app` may be a subcommand of the tool's.
std::string FullHelp(const Tool& tool, const CLI::App& app);
// The fields that expressions, templates and columns name.
std::string FieldHelp();

// What each exit status means for this tool, in their order.
std::vector<std::pair<int, std::string_view>> ExitStatusesOf(const Tool& tool);

// `text`, its paragraphs separated by '\n', in lines of at most `width` columns that start with `indent` spaces.
std::string Wrap(std::string_view text, std::size_t indent, std::size_t width = 79);

}  // namespace vexevt
