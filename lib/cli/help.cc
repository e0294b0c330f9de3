#include "lib/cli/help.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "lib/cli/option_docs.h"
#include "lib/event/field.h"

namespace vexevt {
namespace {

constexpr std::size_t kBriefColumn = 26;

// "  HEADING   text", the text at `column`; on a line of its own where the heading is too long.
std::string Entry(std::string_view heading, std::string_view text, std::size_t column) {
  std::string out = "  " + std::string(heading);
  std::string wrapped = Wrap(text, column);
  if (out.size() + 2 > column) return out + "\n" + wrapped;
  out.resize(column, ' ');
  return out + wrapped.substr(std::min(column, wrapped.size()));
}

std::string UsageText(const Tool& tool, const CLI::App& app) {
  std::string out;
  std::string_view forms = tool.usage;
  std::string command(tool.name);
  std::string own;
  if (app.get_parent() != nullptr) {
    command += " " + app.get_name();
    own = "[OPTION]...";
    for (const OptionDoc& option : DescribeOptions(app)) {
      if (option.operand()) own += option.required ? " " + OptionHeading(option) : " [" + OptionHeading(option) + "]";
    }
    forms = own;
  }
  for (std::string_view lead = "usage: "; !forms.empty(); lead = "       ") {
    std::size_t end = forms.find('\n');
    out += lead;
    out += command;
    out += " ";
    out += forms.substr(0, end);
    out += "\n";
    forms.remove_prefix(end == std::string_view::npos ? forms.size() : end + 1);
  }
  return out;
}

std::string SubcommandText(const CLI::App& app) {
  std::vector<SubcommandDoc> commands = DescribeSubcommands(app);
  if (commands.empty()) return "";
  std::string out = "\nCommands:\n";
  for (const SubcommandDoc& command : commands) out += Entry(command.name, command.brief, kBriefColumn);
  return out;
}

std::string Sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  if (!out.empty() && out.back() != '.') out += '.';
  return out;
}

}  // namespace

std::string Wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view paragraph = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    std::string line;
    while (!paragraph.empty()) {
      std::size_t space = paragraph.find(' ');
      std::string_view word = paragraph.substr(0, space);
      paragraph.remove_prefix(space == std::string_view::npos ? paragraph.size() : space + 1);
      if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
        out.append(indent, ' ').append(line) += '\n';
        line.clear();
      }
      if (!line.empty()) line += ' ';
      line += word;
    }
    if (!line.empty()) out.append(indent, ' ').append(line);
    out += '\n';
  }
  return out;
}

std::string BriefHelp(const Tool& tool, const CLI::App& app) {
  std::string out = UsageText(tool, app);
  bool is_tool = app.get_parent() == nullptr;
  std::string about = is_tool ? std::string(tool.summary) : app.get_description();
  out += Wrap(Sentence(about.substr(0, about.find('\n'))), 0);
  out += SubcommandText(app);
  std::vector<OptionDoc> options = DescribeOptions(app);
  for (const std::string& group : OptionGroupsOf(options)) {
    if (group == "Help") continue;
    out += "\n" + group + ":\n";
    for (const OptionDoc& option : options) {
      if (option.group == group) out += Entry(OptionHeading(option), option.brief, kBriefColumn);
    }
  }
  out += "\n";
  out += Wrap("More: --help (details, exit status, examples), --help-fields, man " + std::string(tool.name), 0);
  return out;
}

std::string FullHelp(const Tool& tool, const CLI::App& app) {
  std::string out = UsageText(tool, app);
  bool is_tool = app.get_parent() == nullptr;
  out += Wrap(Sentence(is_tool ? std::string(tool.summary) : app.get_description()), 0);
  if (is_tool && !tool.description.empty()) out += "\n" + Wrap(tool.description, 0);
  out += SubcommandText(app);
  std::vector<OptionDoc> options = DescribeOptions(app);
  for (const std::string& group : OptionGroupsOf(options)) {
    out += "\n" + group + ":\n";
    for (const OptionDoc& option : options) {
      if (option.group != group) continue;
      out += "  " + OptionHeading(option) + "\n";
      out += Wrap(Sentence(option.brief) + (option.details.empty() ? "" : "\n" + option.details), 6);
    }
  }
  if (!is_tool) return out;
  out += "\nExit status:\n";
  for (const auto& [code, meaning] : ExitStatusesOf(tool)) out += Entry(std::to_string(code), meaning, 5);
  if (!tool.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : tool.examples) {
    out += Wrap(Sentence(example.meaning), 2);
    out += "      " + std::string(example.command) + "\n";
  }
  return out;
}

std::vector<std::pair<int, std::string_view>> ExitStatusesOf(const Tool& tool) {
  std::vector<std::pair<int, std::string_view>> statuses{{0, "done"}};
  if (!tool.negative.empty()) statuses.emplace_back(1, tool.negative);
  statuses.emplace_back(2, "wrong usage, expression or rules");
  statuses.emplace_back(3, "input or output failed, or the data is bad");
  statuses.emplace_back(4, "events were lost, and --strict was given");
  return statuses;
}

std::string FieldHelp() {
  std::string out;
  for (const Field& field : AllFields()) out += Entry(field.name, field.meaning, 20);
  return out;
}

}  // namespace vexevt
