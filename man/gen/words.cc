#include "man/gen/words.h"

#include <CLI/CLI.hpp>

#include "lib/cli/tool_main.h"
#include "lib/event/field.h"
#include "lib/event/type.h"
#include "lib/expr/lexer.h"

namespace vexevt {

ArgumentKind KindOf(std::string_view placeholder) {
  if (placeholder.find('|') != std::string_view::npos) return ArgumentKind::kChoice;
  if (placeholder == "ENDPOINT") return ArgumentKind::kEndpoint;
  if (placeholder == "EXPRESSION") return ArgumentKind::kExpression;
  if (placeholder == "FIELD" || placeholder == "FIELDS") return ArgumentKind::kFields;
  if (placeholder.starts_with("TYPE")) return ArgumentKind::kType;
  if (placeholder == "FIELD=VALUE") return ArgumentKind::kSetting;
  if (placeholder == "DIR") return ArgumentKind::kFolder;
  if (placeholder == "COMMAND") return ArgumentKind::kCommand;
  if (placeholder == "FILE" || placeholder == "PATH" || placeholder == "RULES") return ArgumentKind::kFile;
  return ArgumentKind::kOther;
}

std::vector<std::string> ChoicesOf(std::string_view placeholder) {
  std::vector<std::string> choices;
  while (!placeholder.empty()) {
    std::size_t end = placeholder.find('|');
    choices.emplace_back(placeholder.substr(0, end));
    placeholder.remove_prefix(end == std::string_view::npos ? placeholder.size() : end + 1);
  }
  return choices;
}

std::string FieldNames() {
  std::string out;
  for (const Field& field : AllFields()) out += (out.empty() ? "" : " ") + std::string(field.name);
  return out;
}

std::string TypeNames() {
  std::string out;
  Family family{};
  for (const TypeInfo& type : AllTypes()) {
    if (FamilyOf(type.code) != family) {
      family = FamilyOf(type.code);
      out += (out.empty() ? "" : " ") + std::string(FamilyName(family)) + ".*";
    }
    out += " " + std::string(type.name);
  }
  return out;
}

std::string ExpressionWords() {
  std::string out;
  for (std::string_view word : Keywords()) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

std::vector<CommandDoc> DescribeTools(std::span<const ToolEntry> tools) {
  std::vector<CommandDoc> docs;
  for (const ToolEntry& entry : tools) {
    CLI::App app;
    BuildApp(*entry.tool, entry.build, &app);
    std::string name(entry.tool->name);
    docs.push_back({name, DescribeOptions(app), DescribeSubcommands(app)});
    for (const SubcommandDoc& command : DescribeSubcommands(app)) {
      docs.push_back({name + " " + command.name, DescribeOptions(*command.app), DescribeSubcommands(*command.app)});
    }
  }
  return docs;
}

}  // namespace vexevt
