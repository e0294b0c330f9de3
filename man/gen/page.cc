#include "man/gen/page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "lib/ask/vocabulary.h"
#include "lib/cli/help.h"
#include "lib/cli/option_docs.h"
#include "lib/cli/tool_main.h"
#include "lib/event/field.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

// One paragraph a line; a line that starts with a control character gets something invisible before it.
std::string RoffParagraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string line = RoffText(text.substr(0, end));
    if (line.starts_with('.') || line.starts_with('\'')) line.insert(0, "\\&");
    out += (out.empty() ? "" : "\n.br\n") + line;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out + "\n";
}

std::string Sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  return out.ends_with('.') ? out : out + '.';
}

std::string Heading(const OptionDoc& option) {
  std::string argument = option.placeholder.empty() ? "" : "\\fI" + RoffText(option.placeholder) + "\\fR";
  if (option.operand()) return argument + (option.many ? "..." : "");
  std::string out;
  for (const std::string& name : option.names) out += (out.empty() ? "\\fB" : ", \\fB") + RoffText(name) + "\\fR";
  return argument.empty() ? out : out + " " + argument;
}

std::string OptionList(const CLI::App& app) {
  std::string out;
  std::vector<OptionDoc> options = DescribeOptions(app);
  bool is_command = app.get_parent() != nullptr;
  bool has_commands = !DescribeSubcommands(app).empty();
  for (const std::string& name : OptionGroupsOf(options)) {
    if (is_command && name == "Help") continue;  // every command has it
    if (name != "Options" || has_commands) out += ".SS " + name + "\n";
    for (const OptionDoc& option : options) {
      if (option.group != name) continue;
      out += ".TP\n" + Heading(option) + "\n" + RoffParagraphs(Sentence(option.brief));
      if (!option.details.empty()) out += ".br\n" + RoffParagraphs(option.details);
    }
  }
  return out;
}

std::string CommandList(const CLI::App& app) {
  std::string out;
  for (const SubcommandDoc& command : DescribeSubcommands(app)) {
    out += ".TP\n\\fB" + RoffText(command.name) + "\\fR\n" + RoffParagraphs(Sentence(command.brief));
    if (!command.details.empty()) out += ".br\n" + RoffParagraphs(command.details);
  }
  return out.empty() ? out : ".SS Commands\n" + out;
}

std::string Synopsis(const Tool& tool) {
  std::string out;
  std::string_view forms = tool.usage;
  while (!forms.empty()) {
    std::size_t end = forms.find('\n');
    if (!out.empty()) out += ".br\n";
    out += ".B " + RoffText(tool.name) + "\n" + RoffText(forms.substr(0, end)) + "\n";
    forms.remove_prefix(end == std::string_view::npos ? forms.size() : end + 1);
  }
  return out;
}

std::string ExitStatuses(const Tool& tool) {
  std::string out;
  for (const auto& [code, meaning] : ExitStatusesOf(tool)) {
    out += fmt::format(".TP\n.B {}\n{}", code, RoffParagraphs(Sentence(meaning)));
  }
  return out;
}

std::string Examples(const Tool& tool) {
  std::string out;
  for (const Example& example : tool.examples) {
    out += RoffParagraphs(Sentence(example.meaning));
    out += ".PP\n.RS\n.nf\n" + RoffText(example.command) + "\n.fi\n.RE\n.PP\n";
  }
  return out;
}

std::string FieldList() {
  std::string out;
  for (const Field& field : AllFields()) {
    out += ".TP\n.B " + RoffText(field.name) + "\n" + RoffParagraphs(Sentence(field.meaning));
  }
  return out;
}

std::string TypeList() {
  std::string out;
  for (const TypeInfo& type : AllTypes()) {
    out += fmt::format(".TP\n.B {}\n{}", RoffText(type.name), RoffParagraphs(Sentence(type.meaning)));
  }
  return out;
}

// The words of vexevt-ask(7) for what was done, and the types that they mean.
std::string VerbList() {
  static constexpr std::string_view kOf[kThings] = {"",
                                                    "directory",
                                                    "anything",
                                                    "symbolic link",
                                                    "hard link",
                                                    "device, socket or pipe",
                                                    "file system",
                                                    "vector or collection",
                                                    "node",
                                                    "edge",
                                                    ""};
  std::string out;
  for (const Verb& verb : Verbs()) {
    std::string types;
    for (std::size_t thing = 0; thing < kThings; ++thing) {
      if (verb.types[thing].empty()) continue;
      const std::string_view of = kOf[thing];
      types += fmt::format("{}{}{}{}", types.empty() ? "" : "; ", of, of.empty() ? "" : ": ", verb.types[thing]);
    }
    std::string forms;
    for (const std::string_view form : {verb.third, verb.past, verb.gerund, verb.nouns}) {
      if (!form.empty() && forms.find(form) == std::string::npos)
        forms += fmt::format("{}{}", forms.empty() ? "" : ", ", form);
    }
    out += fmt::format(".TP\n.B {}\n{}", RoffText(forms), RoffParagraphs(types));
  }
  return out;
}

Result<std::string> Slot(std::string_view name, const ToolEntry* entry) {
  if (name == "FIELDS") return FieldList();
  if (name == "TYPES") return TypeList();
  if (name == "VERBS") return VerbList();
  if (entry == nullptr) return InvalidArgument(fmt::format("slot '{}' is for pages of tools", name));
  if (name == "SYNOPSIS") return Synopsis(*entry->tool);
  if (name == "EXIT_STATUS") return ExitStatuses(*entry->tool);
  if (name == "EXAMPLES") return Examples(*entry->tool);
  CLI::App app;
  BuildApp(*entry->tool, entry->build, &app);
  if (name == "OPTIONS") return CommandList(app) + OptionList(app);
  if (name.starts_with("OPTIONS ")) {
    for (const SubcommandDoc& command : DescribeSubcommands(app)) {
      if (command.name == name.substr(8)) return OptionList(*command.app);
    }
    return InvalidArgument(fmt::format("no command '{}'", name.substr(8)));
  }
  return InvalidArgument(fmt::format("unknown slot '{}'", name));
}

}  // namespace

std::string RoffText(std::string_view text) {
  // What groff would take for something else; of one character each, but for the ellipsis, which it has no byte for.
  static constexpr std::pair<std::string_view, std::string_view> kSpecial[] = {
      {"-", "\\-"},   {"\\", "\\e"},  {"'", "\\(aq"}, {"\"", "\\(dq"},
      {"^", "\\(ha"}, {"~", "\\(ti"}, {"`", "\\(ga"}, {"\u2026", "\\&..."}};
  std::string out;
  while (!text.empty()) {
    std::string_view from = text.substr(0, 1), to = from;
    for (const auto& [character, roff] : kSpecial) {
      if (!text.starts_with(character)) continue;
      from = character;
      to = roff;
    }
    out += to;
    text.remove_prefix(from.size());
  }
  return out;
}

Result<std::string> BuildPage(std::string_view source, const ToolEntry* tool) {
  std::string out;
  while (!source.empty()) {
    std::size_t end = source.find('\n');
    std::string line(source.substr(0, end));
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
    for (std::size_t at; (at = line.find("@VERSION@")) != std::string::npos;) line.replace(at, 9, Version());
    if (line.size() > 2 && line.front() == '@' && line.back() == '@') {
      VEXEVT_ASSIGN(std::string text, Slot(std::string_view(line).substr(1, line.size() - 2), tool));
      out += text;
    } else {
      out += line + "\n";
    }
  }
  return out;
}

}  // namespace vexevt
