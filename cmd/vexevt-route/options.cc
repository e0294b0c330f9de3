#include "cmd/vexevt-route/options.h"

#include "lib/cli/option_value.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"send what is captured where the rules say", "vexevt-capture /srv | vexevt-route rules.toml"},
    {"is the file right?", "vexevt-route --check rules.toml"},
    {"where would this event go, and why?",
     "vexevt-route --explain '{\"type\":\"fs.delete\",\"path\":\"/srv/a\"}' rules.toml"},
    {"the rule that a sentence means", "vexevt-route ask 'send what root deletes under /etc to siem'"},
    {"do the rules still do what they should?", "vexevt-route --test rules.test rules.toml"},
};

}  // namespace

const Tool kRouteTool = {
    .name = "vexevt-route",
    .summary = "send each event to the endpoints that its rules name",
    .usage = "[OPTION]... RULES [FILE]...\nask [OPTION]... SENTENCE",
    .description =
        "Reads a stream of events and sends each to the endpoints that the first rule which holds for it names, or all "
        "rules that hold, as RULES says; see vexevt-rules(5). RULES is read again on SIGHUP and when the file changes; "
        "a file that is wrong is refused with a message, and the rules in force stay.\n"
        "vexevt.lost and vexevt.barrier events, which tell of the stream itself, go to every endpoint.",
    .examples = kExamples,
    .negative = "--test was given and a case failed",
};

void AddRouteOptions(CLI::App& app, RouteOptions* options) {
  AddFlag(
      app, "--check",
      "only check RULES\nWarns of rules that others leave nothing for, and of endpoints and lists that no rule names.",
      &options->check);
  AddText(
      app, "--explain", "EVENT",
      "say which rules hold for EVENT and why, and where it would go\nEVENT is an event as JSON, or a file with one.",
      &options->explain);
  AddText(app, "--test", "FILE",
          "see whether the events in FILE would go where it says\nA TOML file of [[case]] tables, each with event = "
          "'JSON' and to = [ENDPOINT, ...]. What differs is printed.",
          &options->test);
  AddFlag(
      app, "--dry-run",
      "send nothing; at the end, print how many events would have gone where\nNo endpoint is opened, no command run.",
      &options->dry_run);
  AddFlag(
      app, "--profile-rules",
      "at the end, say on standard error what each rule costs\nHow many events came as far as the rule, for how many "
      "it held, and the time of one evaluation by itself, estimated from a sample; all rules together take less. "
      "Metrics "
      "and SIGUSR1 show them meanwhile.",
      &options->profile_rules);
  AddAskCommand(app, &options->ask);
  AddText(app, "RULES", "RULES", "where events go, see vexevt-rules(5)", &options->rules);
  AddCommonOptions(app, kInputOptions | kTimeOptions | kMetricsOption | kProgressOptions | kStrictOption | kQuietOption,
                   &options->common);
}

}  // namespace vexevt
