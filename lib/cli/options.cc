#include "lib/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "lib/base/clock.h"
#include "lib/base/units.h"
#include "lib/cli/option_value.h"

namespace vexevt {
namespace {

Result<std::uint64_t> ParseTimeFromNow(std::string_view text) { return ParseTime(text, SystemClock().Now().wall_ns); }

// A duration, or a size. Both have an m: for minutes it is small, for mebibytes large.
Status ReadRotation(std::string_view text, Rotation* rotation) {
  auto period = ParseDuration(text);
  auto bytes = ParseSize(text);
  if (period.ok() && *period > 0) {
    rotation->period_ns = *period;
  } else if (bytes.ok() && *bytes > 0) {
    rotation->bytes = *bytes;
  } else {
    return InvalidArgument(fmt::format("'{}' is neither a size (100M, 1G) nor a duration (10m, 1h)", text));
  }
  return {};
}

void AddOutputOptions(CLI::App& app, OptionGroups groups, CommonOptions* options) {
  if (groups & kOutputOptions) {
    AddText(app, "-o,--output", "ENDPOINT", "write there; - is standard output\nEndpoints are those of --input.",
            &options->output)
        ->group("Output");
    AddFlag(app, "--append",
            "write behind what the file of --output has\nWhich has to be whole events and is read through first; one "
            "that is cut off at its end, as a run that was killed leaves it, is taken away with a warning. A "
            "compressed file has to end with a whole zstd frame. CSV gets no second header. One run at a time.",
            &options->append)
        ->group("Output");
    AddValue(
        app, "--rotate", "LIMIT",
        "write a row of files of that size, as 100M, or period, as 1h\nA new file begins before an event that would "
        "make the one at hand larger, or that belongs to the next period. May be given twice, for both. From the "
        "name of --output, as events.evt, they are named events-000001-20261123T120000Z.evt, by their number and "
        "first event, with .part behind it until they are complete. See vexevt-event(5).",
        [options](std::string_view text) { return ReadRotation(text, &options->rotation); })
        ->group("Output");
  }
  if (groups & kFormatOptions) {
    AddChoice<Format>(
        app, "--format",
        std::string("how events are written\nThe default is ") +
            (options->format == Format::kText ? "text." : "frames, and text where the output is a terminal.") +
            " Frames are never written to a terminal. json and ndjson are the same: an event a line. otlp is traces, "
            "as "
            "OpenTelemetry's collectors read them.",
        {{"frames", Format::kFrames},
         {"text", Format::kText},
         {"json", Format::kJson},
         {"ndjson", Format::kJson},
         {"csv", Format::kCsv},
         {"tsv", Format::kTsv},
         {"otlp", Format::kOtlp}},
        &options->format)
        ->group("Output");
    AddChoice<ColorWhen>(
        app, "--color",
        "colour in text and messages\nThe default, auto, colours what goes to a terminal, unless NO_COLOR "
        "is set.",
        {{"auto", ColorWhen::kAuto}, {"always", ColorWhen::kAlways}, {"never", ColorWhen::kNever}}, &options->color)
        ->group("Output");
  }
}

void AddLimitOptions(CLI::App& app, OptionGroups groups, CommonOptions* options) {
  if (groups & kCountOption) {
    AddValue(app, "-n,--count", "COUNT", "stop after that many events written", ParseCount, &options->count)
        ->group("Limits");
  }
  if (groups & kTimeOptions) {
    AddValue(app, "--duration", "DURATION",
             "stop that long after the first event\nMeasured in the events' own time, so that a recorded stream ends "
             "where the live one did; where no event comes, the clock decides. As in 250ms, 90s, 1h30m, 7d.",
             ParseDuration, &options->duration_ns)
        ->group("Limits");
    AddValue(app, "--since", "TIME",
             "leave out events before\nA time is 2026-11-23T12:00:00Z, '2026-11-23 12:00' (local), @1700000000, today, "
             "yesterday, or a duration: that long ago.",
             ParseTimeFromNow, &options->since_ns)
        ->group("Limits");
    AddValue(app, "--until", "TIME", "leave out events from then on", ParseTimeFromNow, &options->until_ns)
        ->group("Limits");
  }
}

void AddRunOptions(CLI::App& app, OptionGroups groups, CommonOptions* options) {
  if (groups & kMetricsOption) {
    AddText(
        app, "--metrics", "ADDRESS",
        "serve Prometheus metrics\nHOST:PORT (:9464 is the loopback's) and unix:PATH answer GET /metrics; a path that "
        "ends in .prom is a file, replaced every few seconds, for node_exporter's textfile collector.",
        &options->metrics)
        ->group("Running");
  }
  if (groups & kProgressOptions) {
    AddFlag(app, "--progress",
            "show events, rate and time left\nThe default where standard error is a terminal, the "
            "output is not, and the input's size is known.",
            &options->progress)
        ->group("Running");
    AddFlag(app, "--no-progress", "do not show progress", &options->no_progress)->group("Running");
  }
  if (groups & kStrictOption) {
    AddFlag(app, "--strict", "exit with 4 where events were lost\nThat is, where the stream has a vexevt.lost event.",
            &options->strict)
        ->group("Running");
  }
  if (groups & kQuietOption) {
    AddFlag(app, "-q,--quiet", "no messages but warnings and errors", &options->quiet)->group("Running");
  }
  AddFlag(app, "--verbose", "more messages, and the balance of events at the end", &options->verbose)->group("Running");
}

}  // namespace

void AddCommonOptions(CLI::App& app, OptionGroups groups, CommonOptions* options) {
  if (groups & kInputOptions) {
    AddText(
        app, "-i,--input", "ENDPOINT",
        "read from there; may be given again\nAn endpoint is a file, - for standard input or output, unix:PATH, "
        "unix-listen:PATH, ring:PATH or exec:COMMAND. Several inputs are merged in the order of their events' times.",
        &options->inputs)
        ->group("Input");
    AddText(app, "--checkpoint", "FILE",
            "go on where the last run with this FILE ended, and remember in it where this one does\nInputs have to be "
            "files. Moved on at most once a second, when what was written has left, and at the end: after an orderly "
            "end each event comes once, after a crash some may come again. See vexevt-event(5).",
            &options->checkpoint)
        ->group("Input");
  }
  AddOutputOptions(app, groups, options);
  AddLimitOptions(app, groups, options);
  AddRunOptions(app, groups, options);
  if (groups & kInputOptions) {
    AddOperands(app, "FILE", "read these streams; the same as --input; none: standard input", &options->inputs)
        ->group("Input");
  }
}

}  // namespace vexevt
