#include "lib/cli/tool_main.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <new>

#include "lib/base/bytes.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/help.h"
#include "lib/cli/usage_error.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

// Thrown by --help-fields while the command line is parsed, so that nothing else is asked for.
struct ShowText {
  std::string text;
};

void OnBrokenPipe(int) {}

// A handler instead of SIG_IGN, since exec resets handlers, and commands that we run shall die of a closed pipe as they
// would anywhere. Where SIGPIPE is ignored already, that is what was asked for.
void CatchBrokenPipe() {
  struct sigaction old;
  if (::sigaction(SIGPIPE, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) return;
  struct sigaction action = {};
  action.sa_handler = OnBrokenPipe;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGPIPE, &action, nullptr);
}

void DieOfBrokenPipe() {
  struct sigaction action;
  if (::sigaction(SIGPIPE, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) return;
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &action, nullptr);
  ::raise(SIGPIPE);
}

// One that is closed would be taken by the next file that is opened, and what is meant for it be written there. What
// stands in for it can't be used either.
void KeepStandardDescriptors() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

int Finish(ExitCode code) { return static_cast<int>(code); }

int Fail(const Status& failure) {
  ClearProgressLine();
  if (failure.code() == StatusCode::kBrokenPipe) DieOfBrokenPipe();
  ReportError(failure);
  return Finish(ExitCodeOf(failure));
}

// Data may have been accepted and still not fit: some disks say so at close.
Status CloseStandardOutput() {
  if (::close(STDOUT_FILENO) != 0 && errno != EBADF) return ErrnoStatus("cannot write 'standard output'", errno);
  return {};
}

// The status of what was done, unless its output could not be written.
int FinishOutput(ExitCode code) {
  Status closed = CloseStandardOutput();
  return closed.ok() ? Finish(code) : Fail(closed);
}

int ShowAndFinish(const std::string& text) {
  Status written = WriteAll(STDOUT_FILENO, AsBytes(text), "standard output");
  return written.ok() ? FinishOutput(ExitCode::kDone) : Fail(written);
}

const CLI::App& ParsedApp(const CLI::App& app) {
  const CLI::App* parsed = &app;
  while (!parsed->get_subcommands().empty()) parsed = parsed->get_subcommands().front();
  return *parsed;
}

// "--name" of "--name=", of which CLI11 would take the next word for the argument; empty: there is none.
std::string OptionWithoutItsArgument(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") break;
    const bool ends_open = word.starts_with("--") && word.find('=') + 1 == word.size();
    if (ends_open && word.size() > 3) return std::string(word.substr(0, word.size() - 1));
  }
  return {};
}

// True: go on and run. Else *status is what to exit with.
bool ParseCommandLine(int argc, char** argv, const Tool& tool, const AppBuilder& build, int* status) {
  CLI::App app;
  BuildApp(tool, build, &app);
  try {
    if (const std::string option = OptionWithoutItsArgument(argc, argv); !option.empty()) {
      throw CLI::ValidationError(option, "the argument is empty");
    }
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    *status = ShowAndFinish(BriefHelp(tool, ParsedApp(app)));
  } catch (const CLI::CallForAllHelp&) {
    *status = ShowAndFinish(FullHelp(tool, ParsedApp(app)));
  } catch (const CLI::CallForVersion&) {
    *status = ShowAndFinish(std::string(tool.name) + " " + std::string(Version()) + "\n");
  } catch (const ShowText& shown) {
    *status = ShowAndFinish(shown.text);
  } catch (const CLI::ParseError& error) {
    ReportError(UsageMessage(app, error));
    const CLI::App& parsed = ParsedApp(app);
    ReportHint("try '" + std::string(tool.name) + (&parsed == &app ? "" : " " + parsed.get_name()) + " --help'");
    *status = Finish(ExitCode::kUsage);
  }
  return false;
}

}  // namespace

std::string_view Version() { return VEXEVT_VERSION; }

void BuildApp(const Tool& tool, const AppBuilder& build, CLI::App* app) {
  app->name(std::string(tool.name));
  app->description(std::string(tool.summary));
  app->option_defaults()->group("Help");
  app->set_help_flag("-h", "the options, in short");
  app->set_help_all_flag("--help", "all there is to say, with examples");
  app->set_version_flag("--version", std::string(Version()), "the version");
  app->add_flag_callback(
      "--help-fields", [] { throw ShowText{FieldHelp()}; }, "the fields that expressions and templates name");
  app->option_defaults()->group("Options");
  build(*app);
}

int ToolMain(int argc, char** argv, const Tool& tool, const CommonOptions* common, const AppBuilder& build,
             const ToolBody& run) {
  SetToolName(tool.name);
  KeepStandardDescriptors();
  CatchBrokenPipe();
  try {
    int status = 0;
    if (!ParseCommandLine(argc, argv, tool, build, &status)) return status;
    if (common != nullptr) {
      SetVerbosity(common->verbose ? Verbosity::kVerbose : common->quiet ? Verbosity::kQuiet : Verbosity::kNormal);
      SetMessageColor(common->color);
    }
    Result<ExitCode> done = run();
    if (!done.ok()) return Fail(done.status());
    return FinishOutput(*done);
  } catch (const std::bad_alloc&) {
    ReportError("out of memory");
  } catch (const std::exception& error) {
    ReportError("internal error: " + std::string(error.what()));
  }
  return Finish(ExitCode::kFailed);
}

}  // namespace vexevt
