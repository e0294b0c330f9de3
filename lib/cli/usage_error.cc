#include "lib/cli/usage_error.h"

#include <CLI/CLI.hpp>

#include "lib/base/nearest_name.h"
#include "lib/cli/option_docs.h"
#include "lib/event/field.h"

namespace vexevt {
namespace {

const CLI::App& Innermost(const CLI::App& app) {
  const CLI::App* innermost = &app;
  while (!innermost->get_subcommands().empty()) innermost = innermost->get_subcommands().back();
  return *innermost;
}

std::string HintFor(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  return NearestHint(word, views);
}

std::string Unexpected(const CLI::App& app, std::string word) {
  std::vector<std::string> known;
  if (word.starts_with('-') && word != "-") {
    word = word.substr(0, word.find('='));
    for (const OptionDoc& option : DescribeOptions(app)) {
      for (const std::string& name : option.names) {
        if (name.starts_with("--")) known.push_back(name);
      }
    }
    return "unknown option '" + word + "'" + (word.starts_with("--") ? HintFor(word, known) : "");
  }
  for (const SubcommandDoc& command : DescribeSubcommands(app)) known.push_back(command.name);
  if (!known.empty()) return "unknown command '" + word + "'" + HintFor(word, known);
  return "unexpected operand '" + word + "'";
}

// The operand or option that is required and was not given.
std::string Missing(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_required() || option->count() > 0) continue;
    return "missing " + (option->get_positional() ? option->get_type_name() : option->get_name());
  }
  return "missing command";
}

}  // namespace

std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& innermost = Innermost(app);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    std::vector<std::string> extras = app.remaining(true);
    if (!extras.empty()) return Unexpected(innermost, extras.front());
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return Missing(innermost);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    // "--count: 1 required COUNT missing": the only mismatch that options of one argument can have.
    std::string_view what = error.what();
    return std::string(what.substr(0, what.find(':'))) + ": an argument is missing";
  }
  std::string message = error.what();
  return message.substr(0, message.find('\n'));
}

}  // namespace vexevt
