#include "cmd/vexevt/options.h"

#include <CLI/CLI.hpp>

#include "lib/cli/option_value.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"what this machine can capture", "vexevt doctor"},
    {"the same for a program", "vexevt doctor --json | jq -r '.findings[] | select(.health != \"ok\") | .remedy'"},
    {"the tools that run here, what went through them and what was lost", "vexevt status"},
    {"the manual of a tool", "vexevt help filter"},
};

}  // namespace

const Tool kVexevtTool = {
    .name = "vexevt",
    .summary = "a toolkit for file-system events",
    .usage = "COMMAND [ARGUMENT]...\ndoctor [--json]\nstatus [--json] [--check]\nhelp [COMMAND]\n--list",
    .description =
        "COMMAND is doctor, status, help, or a tool: vexevt capture runs vexevt-capture, from the directory that holds "
        "vexevt "
        "or "
        "from PATH, with all that follows.",
    .examples = kExamples,
    .negative = "doctor found no way to capture on this machine, or status --check something that is not well",
};

void AddVexevtOptions(CLI::App& app, VexevtOptions* options) {
  app.require_subcommand(0, 1);
  AddFlag(app, "--list", "list the tools", &options->list);
  CLI::App* doctor = app.add_subcommand("doctor", "say what this machine can capture and what is missing");
  doctor->callback([options] { options->doctor = true; });
  AddFlag(*doctor, "--json", "as one line of JSON", &options->json);
  AddChoice<ColorWhen>(*doctor, "--color", "colour in text\nThe default, auto, colours what goes to a terminal.",
                       {{"auto", ColorWhen::kAuto}, {"always", ColorWhen::kAlways}, {"never", ColorWhen::kNever}},
                       &options->common.color);
  CLI::App* status =
      app.add_subcommand("status", "show the tools that run on this host: what went through, loss and lag");
  status->callback([options] { options->status = true; });
  AddFlag(*status, "--json", "as one line of JSON", &options->json);
  AddFlag(*status, "--check", "print only what is not well, and exit with 1 where something is", &options->check);
  CLI::App* help = app.add_subcommand("help", "open the manual of vexevt or of a tool");
  help->callback([options] { options->help = true; });
  AddText(*help, "COMMAND", "COMMAND", "the tool; none: vexevt", &options->help_topic);
}

}  // namespace vexevt
