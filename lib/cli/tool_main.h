// ToolMain: what every main() is. Parses the command line, runs the tool, and turns its outcome into a message and an
// exit status. Its main.cc:
//
//   int main(int argc, char** argv) {
//     vexevt::FilterOptions options;
//     return vexevt::ToolMain(argc, argv, vexevt::kFilterTool, &options.common,
//                             [&](CLI::App& app) { vexevt::AddFilterOptions(app, &options); },
//                             [&] { return vexevt::RunFilter(options); });
//   }
//
// Help and version go to standard output and exit with 0; a usage error is one line and a hint, and 2. Standard output
// is flushed and closed at the end, so that a full disk is an error and not success. A closed pipe (SIGPIPE) ends the
// tool quietly, by that signal, unless whoever started it ignores SIGPIPE: then it is a failed write like any other.
// The locale is left as it is: "C".
#pragma once

#include <functional>

#include "lib/cli/exit_code.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

using AppBuilder = std::function<void(CLI::App&)>;
using ToolBody = std::function<Result<ExitCode>()>;

// `common`, which `build` has parsed into, sets how much is said; nullptr where the tool has no common options.
int ToolMain(int argc, char** argv, const Tool& tool, const CommonOptions* common, const AppBuilder& build,
             const ToolBody& run);

// Adds -h, --help, --help-fields and --version, then the tool's own: the app that ToolMain parses with, and that the
// generators read.
void BuildApp(const Tool& tool, const AppBuilder& build, CLI::App* app);

// The version of vexevt: "0.1.0".
std::string_view Version();

}  // namespace vexevt
