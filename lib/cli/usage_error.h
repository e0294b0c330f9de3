// What CLI11 says of a wrong command line, in our words.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace vexevt {

// One clause: "unknown option '--formt' (did you mean '--format'?)".
std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace vexevt
