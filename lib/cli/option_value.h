// Options whose values are read by our own parsers, so that every tool refuses a bad one in the same words:
// "--duration: '5x' is not a duration". The placeholder names the kind of argument; help, man pages and completions go
// by it: FILE, DIR, RULES (a file), ENDPOINT, EXPRESSION, FIELD, FIELDS, TYPE, COMMAND, or choices as in
// "auto|always|never". The first line of a description stands alone in -h; the rest is for --help and the man page.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/status.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace vexevt {

using ValueReader = std::function<Status(std::string_view)>;

// An option with one argument; may be given again, and the last one counts unless `read` collects them. `names` as
// CLI11 takes them: "-n,--count", or "EXPRESSION" for an operand.
CLI::Option* AddValue(CLI::App& app, const std::string& names, const std::string& placeholder,
                      const std::string& description, ValueReader read);

// The same for a parser of ours. `target` is a T, or an optional<T>, that outlives the parsing.
template <typename T, typename Target>
CLI::Option* AddValue(CLI::App& app, const std::string& names, const std::string& placeholder,
                      const std::string& description, Result<T> (*parse)(std::string_view), Target* target) {
  return AddValue(app, names, placeholder, description, [parse, target](std::string_view text) -> Status {
    VEXEVT_ASSIGN(*target, parse(text));
    return {};
  });
}

// Text as it stands. An option's is not empty: `--test "$FILE"` without a FILE would be as if it had not been given.
CLI::Option* AddText(CLI::App& app, const std::string& names, const std::string& placeholder,
                     const std::string& description, std::string* target);
CLI::Option* AddText(CLI::App& app, const std::string& names, const std::string& placeholder,
                     const std::string& description, std::vector<std::string>* targets);

CLI::Option* AddFlag(CLI::App& app, const std::string& names, const std::string& description, bool* target);

// All further operands. CLI11's own vectors would take "[a,b]" apart.
CLI::Option* AddOperands(CLI::App& app, const std::string& placeholder, const std::string& description,
                         std::vector<std::string>* targets);

// "'x' is none of a|b".
Status NoneOf(std::string_view text, std::string_view choices);

// One of a few words; the placeholder lists them.
template <typename T>
CLI::Option* AddChoice(CLI::App& app, const std::string& names, const std::string& description,
                       std::vector<std::pair<std::string, T>> choices, T* target) {
  std::string placeholder;
  for (const auto& [word, value] : choices) placeholder += (placeholder.empty() ? "" : "|") + word;
  return AddValue(app, names, placeholder, description,
                  [choices = std::move(choices), placeholder, target](std::string_view text) -> Status {
                    for (const auto& [word, value] : choices) {
                      if (word != text) continue;
                      *target = value;
                      return {};
                    }
                    return NoneOf(text, placeholder);
                  });
}

}  // namespace vexevt
