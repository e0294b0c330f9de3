// What can stand in an argument, by its placeholder, and the words that complete it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cli/option_docs.h"
#include "man/gen/tools.h"

namespace vexevt {

enum class ArgumentKind : std::uint8_t {
  kOther,
  kChoice,  // "auto|always|never"
  kFile,
  kFolder,
  kEndpoint,
  kExpression,
  kFields,   // one field, or several separated by commas
  kType,     // the same of types
  kSetting,  // "FIELD=VALUE"
  kCommand,
};

ArgumentKind KindOf(std::string_view placeholder);
std::vector<std::string> ChoicesOf(std::string_view placeholder);

std::string FieldNames();       // separated by blanks
std::string TypeNames();        // with the families: fs.*
std::string ExpressionWords();  // and, or, not, in, …

// One thing that can be completed: a tool, or a tool's command.
struct CommandDoc {
  std::string name;  // "vexevt-capture", "vexevt-capture emit"
  std::vector<OptionDoc> options;
  std::vector<SubcommandDoc> commands;
};
// All of them, each tool before its commands. The apps that `commands` point to have ended.
std::vector<CommandDoc> DescribeTools(std::span<const ToolEntry> tools);

}  // namespace vexevt
