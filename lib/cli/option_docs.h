// The options of a CLI11 app as plain text: what help, man pages and completions are made from.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vexevt {

struct OptionDoc {
  std::string group;               // empty: an operand without one
  std::vector<std::string> names;  // "-n", "--count"; empty for an operand
  std::string placeholder;         // "COUNT", "auto|always|never"; empty for a flag
  std::string brief;               // the first line
  std::string details;             // the rest; may be empty
  bool many = false;               // an operand that takes all that are left
  bool required = false;
  bool operand() const { return names.empty(); }
};

// In the order in which they were added, options first, operands last, then -h, --help, --help-fields and --version.
// Options of the empty group are hidden and left out.
std::vector<OptionDoc> DescribeOptions(const CLI::App& app);

// The groups that these options have: the tool's own in the order of their first option, then those that all tools
// share.
std::vector<std::string> OptionGroupsOf(const std::vector<OptionDoc>& options);

struct SubcommandDoc {
  std::string name, brief, details;
  const CLI::App* app;
};
std::vector<SubcommandDoc> DescribeSubcommands(const CLI::App& app);

// "-n, --count COUNT"; "FILE..." for an operand.
std::string OptionHeading(const OptionDoc& option);

}  // namespace vexevt
