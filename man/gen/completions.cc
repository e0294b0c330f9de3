#include "man/gen/completions.h"

#include <fmt/format.h>


namespace vexevt {
namespace {

// For single quotes, in every shell of the three.
std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

// What the scripts call a kind; a choice is its words.
std::string KindWord(const OptionDoc& option) {
  switch (KindOf(option.placeholder)) {
    case ArgumentKind::kChoice: {
      std::string words = "choice";
      for (const std::string& choice : ChoicesOf(option.placeholder)) words += " " + choice;
      return words;
    }
    case ArgumentKind::kFile:
      return "file";
    case ArgumentKind::kFolder:
      return "folder";
    case ArgumentKind::kEndpoint:
      return "endpoint";
    case ArgumentKind::kExpression:
      return "expression";
    case ArgumentKind::kFields:
      return "fields";
    case ArgumentKind::kType:
      return "type";
    case ArgumentKind::kSetting:
      return "setting";
    case ArgumentKind::kCommand:
      return "command";
    case ArgumentKind::kOther:
      break;
  }
  return "other";
}

void Replace(std::string* text, std::string_view slot, std::string_view with) {
  for (std::size_t at = 0; (at = text->find(slot, at)) != std::string::npos; at += with.size()) {
    text->replace(at, slot.size(), with);
  }
}

// _arguments(zshcompsys): brackets end the explanation, a colon the message.
std::string ZshText(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string ZshArgument(const OptionDoc& option) {
  if (KindOf(option.placeholder) == ArgumentKind::kChoice) {
    std::string words;
    for (const std::string& choice : ChoicesOf(option.placeholder)) words += (words.empty() ? "" : " ") + choice;
    return ":value:(" + words + ")";
  }
  return ":" + ZshText(option.placeholder) + ":_vexevt_" + KindWord(option);
}

std::string ZshSpec(const OptionDoc& option, std::size_t position) {
  if (option.operand()) return Quoted((option.many ? "*" : std::to_string(position)) + ZshArgument(option));
  bool flag = option.placeholder.empty();
  std::string names, forms, text = "[" + ZshText(option.brief) + "]";
  for (const std::string& name : option.names) {
    names += (names.empty() ? "" : " ") + name;
    // -n5 or -n 5; --count=5 or --count 5.
    forms += (forms.empty() ? "" : ",") + name + (flag ? "" : name.starts_with("--") ? "=" : "+");
  }
  std::string after = Quoted(text + (flag ? "" : ZshArgument(option)));
  if (option.names.size() == 1) return Quoted("*" + forms) + after;
  return "'*'{" + forms + "}" + after;
}

std::string FishCondition(const CommandDoc& command) {
  std::size_t space = command.name.find(' ');
  if (space != std::string::npos) return " -n " + Quoted("__vexevt_in_command " + command.name.substr(space + 1));
  return command.commands.empty() ? "" : " -n __vexevt_in_no_command";
}

}  // namespace

std::string BashTables(std::span<const CommandDoc> commands) {
  std::string out;
  for (const CommandDoc& command : commands) {
    std::string names, kinds, operands, rest = "none", subcommands;
    for (const OptionDoc& option : command.options) {
      if (option.operand()) {
        operands += " " + Quoted(KindWord(option));
        if (option.many) rest = KindWord(option);
        continue;
      }
      std::string pattern;
      for (const std::string& name : option.names) {
        names += (names.empty() ? "" : " ") + name;
        pattern += (pattern.empty() ? "" : "|") + name;
      }
      if (!option.placeholder.empty()) {
        kinds += fmt::format("        {}) kind={} ;;\n", pattern, Quoted(KindWord(option)));
      }
    }
    for (const SubcommandDoc& subcommand : command.commands) subcommands += (subcommands.empty() ? "" : " ") + subcommand.name;
    out += fmt::format(
                   "    {})\n      options={}\n      operands=({})\n      rest={}\n      commands={}\n      case $2 in\n{}"
                   "      esac\n      ;;\n",
                   Quoted(command.name), Quoted(names), operands.empty() ? operands : operands.substr(1), Quoted(rest),
                   Quoted(subcommands), kinds);
  }
  return out;
}

std::string ZshTables(std::span<const CommandDoc> commands) {
  std::string out;
  for (const CommandDoc& command : commands) {
    out += fmt::format("    {})\n      specs=(\n", Quoted(command.name));
    std::size_t position = 0;
    if (!command.commands.empty()) {
      std::string inner;
      for (const SubcommandDoc& subcommand : command.commands) {
        inner += (inner.empty() ? "" : " ") + subcommand.name + "\\:\"" + ZshText(subcommand.brief) + "\"";
      }
      out += fmt::format("        {}\n", Quoted("::command:((" + inner + "))"));
      ++position;
    }
    for (const OptionDoc& option : command.options) {
      if (option.operand()) ++position;
      out += fmt::format("        {}\n", ZshSpec(option, position));
    }
    out += "      )\n      ;;\n";
  }
  return out;
}

std::string FishTables(std::span<const CommandDoc> commands) {
  std::string out;
  for (const CommandDoc& command : commands) {
    std::string tool = command.name.substr(0, command.name.find(' '));
    std::string condition = FishCondition(command);
    for (const SubcommandDoc& subcommand : command.commands) {
      out += fmt::format("complete -c {}{} -f -a {} -d {}\n", tool, condition, subcommand.name,
                     Quoted(subcommand.brief));
    }
    for (const OptionDoc& option : command.options) {
      std::string line = fmt::format("complete -c {}{}", tool, condition);
      for (const std::string& name : option.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      bool argument = !option.placeholder.empty();
      std::string kind = KindWord(option);
      if (kind.starts_with("choice ")) {
        line += (option.operand() ? " -a " : " -x -a ") + Quoted(kind.substr(7));
      } else if (argument && kind != "file" && kind != "other") {
        line += (option.operand() ? " -a " : " -x -a ") + Quoted("(__vexevt_" + kind + ")");
      } else if (argument && !option.operand()) {
        line += kind == "file" ? " -r -F" : " -x";
      }
      if (option.operand() && (kind == "file" || kind == "other")) continue;  // files are what fish offers by itself
      out += line + " -d " + Quoted(option.brief) + "\n";
    }
  }
  return out;
}

std::string FillScript(std::string_view script, std::string_view tables, std::span<const CommandDoc> commands) {
  std::string out(script);
  Replace(&out, "@TABLES@\n", tables);
  std::string tools;
  for (const CommandDoc& command : commands) {
    if (command.name.find(' ') == std::string::npos) tools += (tools.empty() ? "" : " ") + command.name;
  }
  Replace(&out, "@TOOLS@", tools);
  Replace(&out, "@FIELDS@", FieldNames());
  Replace(&out, "@TYPES@", TypeNames());
  Replace(&out, "@KEYWORDS@", ExpressionWords());
  return out;
}

}  // namespace vexevt
