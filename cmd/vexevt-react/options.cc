#include "cmd/vexevt-react/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "lib/base/units.h"
#include "lib/cli/option_value.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"act on what is captured, as the file says", "vexevt-capture /srv | vexevt-react -f workflows.toml"},
    {"what would be run for these events?", "vexevt-react -f workflows.toml --dry-run a.evt"},
    {"what has been run, and what is stuck?", "vexevt-react list"},
    {"undo once more what could not be undone", "vexevt-react retry 17"},
};

constexpr char kStateHelp[] =
    "where the state of runs is kept\nThe default is $STATE_DIRECTORY; for root /var/lib/vexevt/react, for others "
    "$XDG_STATE_HOME/vexevt/react or ~/.local/state/vexevt/react.";

Status ReadRun(std::string_view text, std::uint64_t* run) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *run);
  // The store's numbers have 63 bits.
  if (error != std::errc() || end != text.data() + text.size() || *run == 0 || *run >> 63 != 0) {
    return InvalidArgument(fmt::format("'{}' is no number of a run", text));
  }
  return {};
}

CLI::App* AddCommand(CLI::App& app, const std::string& name, const std::string& description, ReactCommand command,
                     ReactOptions* options) {
  CLI::App* sub = app.add_subcommand(name, description);
  sub->callback([options, command] { options->command = command; });
  AddText(*sub, "--state", "DIR", kStateHelp, &options->state);
  return sub;
}

void AddOfRun(CLI::App& app, const std::string& name, const std::string& description, ReactCommand command,
              ReactOptions* options) {
  CLI::App* sub = AddCommand(app, name, description, command, options);
  AddValue(*sub, "RUN", "RUN", "its number, as list says", [options](std::string_view text) {
    return ReadRun(text, &options->run);
  })->required();
}

}  // namespace

const Tool kReactTool = {
    .name = "vexevt-react",
    .summary = "run workflows when something happens",
    .usage =
        "-f WORKFLOWS [OPTION]... [FILE]...\nlist [--dead] [-n COUNT] [--state DIR]\nshow [--state DIR] RUN\n"
        "retry [--state DIR] RUN\ncancel [--state DIR] RUN",
    .description =
        "Reads a stream of events and, for each that sets off a workflow of vexevt-workflows(5), runs the workflow's "
        "steps: commands, requests, events, writes. What a run has done is undone in reverse where a step fails, and "
        "after a crash: the state of all runs is on the disk before anything is started. Writes vexevt.audit and "
        "vexevt.action events, which tell of every decision and action.\n"
        "vexevt.lost and vexevt.barrier events, which tell of the stream itself, are passed on.",
    .examples = kExamples,
    .negative = "",
};

void AddReactOptions(CLI::App& app, ReactOptions* options) {
  app.require_subcommand(0, 1);
  CLI::App* list = AddCommand(app, "list", "list the last runs, the newest first", ReactCommand::kList, options);
  AddFlag(*list, "--dead", "list what was given up instead: events without a run, and runs that are stuck",
          &options->list_dead);
  AddValue(*list, "-n,--count", "COUNT", "so many at most; 20", &ParseCount, &options->list_count);
  AddOfRun(app, "show", "show a run with its steps and what they wrote", ReactCommand::kShow, options);
  AddOfRun(app, "retry",
           "try a run again\nOf one that is stuck the undo goes on; one that was undone runs anew, for the same event.",
           ReactCommand::kRetry, options);
  AddOfRun(app, "cancel", "end a run, and undo what it has done", ReactCommand::kCancel, options);

  AddText(app, "-f,--workflows", "RULES",
          "what to do and when, see vexevt-workflows(5)\nRead again on SIGHUP. Refused where others can write it.",
          &options->workflows);
  AddText(app, "--state", "DIR", kStateHelp, &options->state);
  AddFlag(app, "--once",
          "end when all there is has been dealt with, for cron\nAt the end of the input also what a debounce holds is "
          "waited for.",
          &options->once);
  AddFlag(app, "--dry-run", "run nothing; say what would be run", &options->dry_run);
  AddFlag(app, "--check", "only check the workflows", &options->check);
  AddCommonOptions(app, kAllOptions, &options->common);
}

}  // namespace vexevt
