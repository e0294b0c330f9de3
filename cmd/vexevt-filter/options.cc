#include "cmd/vexevt-filter/options.h"

#include <fmt/format.h>

#include "lib/base/units.h"
#include "lib/cli/option_value.h"
#include "lib/event/column.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"keep what was deleted or renamed, but not by rsync",
     "vexevt-filter 'type in (fs.delete, fs.rename) and not comm = rsync' a.evt -o b.evt"},
    {"how many files of more than 10 MiB were written",
     "vexevt-filter -c 'type = fs.close-write and size > 10M' a.evt"},
    {"fail when a build read outside of its tree",
     "vexevt-filter --assert-none 'type = fs.open and not path under (/src, /usr)' build.evt"},
    {"each path once in five seconds", "vexevt-filter --dedupe 5s --by path 'type = fs.write' a.evt"},
};

Status AddRedaction(std::string_view text, std::vector<Redaction>* redactions) {
  Redaction redaction;
  std::string_view field = text.substr(0, text.rfind(':'));
  std::string_view with = field.size() < text.size() ? text.substr(field.size() + 1) : "remove";
  redaction.field.text = field;
  if (with == "mask") {
    redaction.with = RedactWith::kMask;
  } else if (with == "hash") {
    redaction.with = RedactWith::kHash;
  } else if (with != "remove") {
    return InvalidArgument(fmt::format("'{}' is none of remove|mask|hash", with));
  }
  VEXEVT_TRY(CheckRedactable(field));
  redactions->push_back(std::move(redaction));
  return {};
}

}  // namespace

const Tool kFilterTool = {
    .name = "vexevt-filter",
    .summary = "keep the events for which an expression or a rules file says so",
    .usage = "[OPTION]... EXPRESSION [FILE]...\n[OPTION]... -e EXPRESSION... [FILE]...\n[OPTION]... -f RULES [FILE]...",
    .description =
        "Reads a stream of events and writes those for which EXPRESSION holds, their bytes as they came. Expressions "
        "are "
        "described in vexevt-expr(7), rules files in vexevt-rules(5).\n"
        "vexevt.lost and vexevt.barrier events, which tell of the stream itself, always pass and are not counted.",
    .examples = kExamples,
    .negative = "-q was given and no event was kept, an assertion did not hold, or a case of --test failed",
};

void AddFilterOptions(CLI::App& app, FilterOptions* options) {
  AddValue(app, "-e,--expression", "EXPRESSION",
           "keep what EXPRESSION holds for; may be given again: one of them must hold",
           [options](std::string_view text) -> Status {
             options->expressions.emplace_back(text);
             return {};
           });
  AddText(app, "-f,--rules", "RULES", "decide by a rules file, see vexevt-rules(5)\nRead again on SIGHUP.",
          &options->rules);
  AddText(app, "--list", "NAME=FILE", "a list that expressions name as $NAME, one entry a line", &options->lists);
  AddText(
      app, "--ignore-file", "FILE",
      "drop what happens to paths that FILE, a .gitignore, leaves out; may be given again\nAs git has it, for what "
      "lies in "
      "FILE's folder; a later FILE goes before an earlier one. Before all else, and not inverted by -v. A rename is "
      "dropped only where both paths are left out. Read again on SIGHUP.",
      &options->ignore_files);
  AddFlag(app, "-v,--invert", "keep the events for which EXPRESSION does not hold", &options->invert);
  AddFlag(app, "-c,--count-only",
          "print how many events were kept, not the events\nAfter a gap in the stream as a lower bound: >=12.",
          &options->count_only);
  AddFlag(app, "-q,--quiet", "write nothing; exit with 0 at the first event kept, with 1 when there is none",
          &options->common.quiet);
  AddFlag(app, "--assert-none", "exit with 1 when an event was kept, or events were lost", &options->assert_none);
  AddFlag(app, "--assert-some", "exit with 1 when no event was kept", &options->assert_some);
  AddValue(app, "--dedupe", "DURATION", "of events alike in the fields of --by keep the first in each DURATION",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(std::uint64_t window, ParseDuration(text));
             options->shape.dedupe = Dedupe{window, {}};
             return {};
           });
  AddValue(app, "--sample", "SHARE", "keep a share, 10% or 0.1, chosen by a hash of the fields of --by, or of the id",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(double rate, ParseShare(text));
             options->shape.sample = Sample{rate, {}};
             return {};
           });
  AddFlag(app, "--mark-sample",
          "with --sample: say the share in the attribute sample.rate of what is kept\nSo that each event kept can be "
          "counted "
          "as 1 / sample.rate of them. Of an event that was sampled before it is the product of the shares.",
          &options->mark_sample);
  AddValue(app, "--limit", "RATE", "keep at most RATE, 100/s, for each value of the fields of --by",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(Rate rate, ParseRate(text));
             options->shape.limit = Limit{rate, rate.count, {}};
             return {};
           });
  AddValue(app, "--by", "FIELDS", "fields, separated by commas, that --dedupe, --sample and --limit go by",
           [options](std::string_view text) { return AppendFieldNames(text, &options->by); });
  AddValue(app, "--delay", "DURATION", "hold each event for so long, by the time of the events", &ParseDuration,
           &options->shape.delay_ns);
  AddValue(
      app, "--delay-max", "SIZE",
      "memory for what is held by --delay or by rules; 64M\nWhere it is not enough, the earliest events go out before "
      "their time, counted and with a warning.",
      &ParseSize, &options->delay_bytes);
  AddValue(app, "--redact", "FIELD",
           "take a field out; FIELD:mask and FIELD:hash leave a trace of it; may be given again",
           [options](std::string_view text) { return AddRedaction(text, &options->shape.redact); });
  AddFlag(
      app, "--profile-rules",
      "at the end, say on standard error what each rule costs\nHow many events it was tried on, for how many it held, "
      "and the time of one evaluation, estimated from a sample. Metrics and SIGUSR1 show them meanwhile.",
      &options->profile_rules);
  AddFlag(
      app, "--check",
      "only check the expression or the rules\nWarns of rules that others leave nothing for, and of lists that no rule "
      "names.",
      &options->check);
  AddText(app, "--explain", "EVENT",
          "say whether EVENT would be kept, and why\nEVENT is an event as JSON, or a file with one.",
          &options->explain);
  AddText(app, "--test", "FILE",
          "see whether the events in FILE would be kept as it says\nA TOML file of [[case]] tables, each with event = "
          "'JSON' and keep = true or false. What differs is printed. Limits, samples and duplicates are left aside.",
          &options->test);
  AddText(app, "EXPRESSION", "EXPRESSION", "what to keep, see vexevt-expr(7)", &options->expression);
  AddCommonOptions(app, kAllOptions & ~kQuietOption, &options->common);
}

}  // namespace vexevt
