#include "cmd/vexevt-stats/options.h"

#include <CLI/CLI.hpp>

#include "lib/base/units.h"
#include "lib/cli/option_value.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kMostGroups = 100'000'000;

Status ParseGroups(std::string_view text, std::uint32_t* groups) {
  VEXEVT_ASSIGN(const std::uint64_t most, ParseCount(text));
  if (most == 0 || most > kMostGroups) return InvalidArgument("it is 1 to 100000000");
  *groups = static_cast<std::uint32_t>(most);
  return {};
}

constexpr Example kExamples[] = {
    {"what happens how often", "vexevt-stats 'count by type' a.evt"},
    {"every ten seconds: events, the size that 1 % are above, different paths, and the five busiest processes",
     "vexevt-capture /srv | vexevt-stats 'count, p99(size), distinct(path), topk(5, comm) by type, uid every 10s'"},
    {"the share of operations that failed, over the last minute",
     "vexevt-stats 'ratio(count [result != 0], count) as failed by comm every 10s over 1m' a.evt"},
    {"bursts of each process, with a second of silence between",
     "vexevt-stats 'count, sum(length) by pid session gap 1s' a.evt"},
    {"what goes on, on the terminal", "vexevt-capture /srv | vexevt-stats --live"},
    {"how busy each process was, at a glance", "vexevt-stats 'count by comm every 1m' a.evt --plot auto"},
    {"a report as a page for a mail",
     "vexevt-stats 'count, p99(size) by comm every 1m' a.evt --html a.html >/dev/null"},
    {"users whose rate is not what it was, and what changed for good",
     "vexevt-stats 'anomaly(rate), change(rate) by uid every 10s' a.evt"},
    {"when /srv will be full, by what is written to it",
     "vexevt-capture /srv | vexevt-stats 'forecast(sum(length)) reach 90% of /srv every 1h'"},
    {"alerts by the rules of a file, for a workflow to act on",
     "vexevt-capture /srv | vexevt-stats alert -f alerts.toml | vexevt-react -f workflows.toml"},
    {"what fires?", "vexevt-stats alerts --state /var/lib/alerts"},
    {"one answer from those of two hosts", "vexevt-stats merge web1.evt web2.evt"},
    {"how often a file was opened on two hosts, of whose events only states were kept",
     "vexevt-stats merge web1.evt web2.evt --frequency-of /etc/shadow"},
    {"which tool of the pipelines that run here sets the pace", "vexevt-stats profile"},
};

void AddGroups(CLI::App& app, StatsOptions* options) {
  AddValue(app, "--groups", "COUNT",
           "so many groups in each window at most; 100k\nThe events of further ones make up the group `other`.",
           [options](std::string_view text) { return ParseGroups(text, &options->limits.most_groups); });
  AddValue(
      app, "--models", "COUNT",
      "`anomaly`, `change` and `forecast` keep models of so many groups at most; 10k\nThose that came longest ago are "
      "forgotten.",
      [options](std::string_view text) { return ParseGroups(text, &options->most_models); });
}

void AddResults(CLI::App& app, StatsOptions* options) {
  AddFlag(app, "--partials", "write states that vexevt-stats merge adds up, in place of results", &options->states);
  AddText(app, "--name", "NAME", "what results are called, as observability.name; stats", &options->name);
}

void AddLive(CLI::App& app, StatsOptions* options) {
  AddFlag(
      app, "--live",
      "show the stream while it goes by, on the terminal\nRates, the busiest paths, processes and types of the last "
      "minute, anomalies and alerts, and QUERY, which can be left out. ? shows the keys. Where there is no terminal "
      "the tables are printed every --interval.",
      &options->live);
  AddFlag(app, "--once", "with --live: print the tables, once, at the end of the stream", &options->once);
  AddValue(app, "--interval", "DURATION", "with --live: between two pictures; 1s",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(options->interval_ns, ParseDuration(text));
             if (options->interval_ns < 100 * kNsPerMs) return InvalidArgument("it is 100ms at least");
             return {};
           });
}

void AddDrawing(CLI::App& app, StatsOptions* options) {
  AddChoice<std::optional<PlotKind>>(
      app, "--plot",
      "draw the results at the end, in place of tables\nauto: bars of one window, of several a "
      "small line for each group, and of a histogram a heat map.",
      {{"auto", PlotKind::kAuto},
       {"bars", PlotKind::kBars},
       {"spark", PlotKind::kSpark},
       {"line", PlotKind::kLine},
       {"histogram", PlotKind::kHistogram},
       {"heatmap", PlotKind::kHeatMap}},
      &options->plot);
  AddText(app, "--svg", "FILE", "draw the results at the end, as SVG in this file\nAs --plot would, or with auto.",
          &options->svg);
  AddText(app, "--html", "FILE",
          "write a report at the end, a page with pictures and the last window as a table\nIt needs nothing else, so "
          "that it "
          "can be sent by mail.",
          &options->html);
}

void AddMerge(CLI::App& app, StatsOptions* options) {
  CLI::App* merge = app.add_subcommand(
      "merge",
      "add up what --partials wrote: the answer of one run over all events\nReads the FILEs, of many hosts or times, "
      "to their end. They are of one query.");
  merge->callback([options] { options->merge = true; });
  AddValue(*merge, "--frequency-of", "VALUE",
           "tell how often this value was, in place of the one that `frequency` names in the states' query\n"
           "As it would stand there, but without quotes.",
           [options](std::string_view text) -> Status {
             options->frequency_of = text;
             return {};
           });
  AddGroups(*merge, options);
  AddResults(*merge, options);
  AddDrawing(*merge, options);
  AddCommonOptions(*merge, kAllOptions, &options->common);
}

void AddProfile(CLI::App& app, StatsOptions* options) {
  CLI::App* profile = app.add_subcommand(
      "profile",
      "say where the time of running pipelines goes, and which tool sets the pace\nLooks twice at the tools that run "
      "on "
      "this host. Of each: events a second, what share of the time it waits for input, works, is ready with no "
      "processor free, and waits for its output or a disk; the processors that it keeps busy; and what waits in the "
      "pipe before it.");
  profile->callback([options] { options->profiles = true; });
  ProfileOptions* wanted = &options->profile;
  AddValue(*profile, "PID", "PID", "only the pipeline of this process; none: all",
           [wanted](std::string_view text) -> Status {
             VEXEVT_ASSIGN(const std::uint64_t pid, ParseCount(text));
             if (pid == 0 || pid > INT32_MAX) return InvalidArgument("it is no process");
             wanted->pid = static_cast<pid_t>(pid);
             return {};
           });
  AddValue(*profile, "--interval", "DURATION", "between the two looks; 1s", [wanted](std::string_view text) -> Status {
    VEXEVT_ASSIGN(wanted->interval_ns, ParseDuration(text));
    if (wanted->interval_ns < kNsPerMs || wanted->interval_ns > 86'400 * kNsPerSecond) {
      return InvalidArgument("it is 1ms to 1d");
    }
    return {};
  });
  AddValue(*profile, "-n,--count", "COUNT", "so many times, one behind the other; 1", &ParseCount, &wanted->count);
  AddFlag(*profile, "--json", "each time as one line of JSON", &wanted->json);
}

void AddLateness(CLI::App& app, StatsOptions* options) {
  AddValue(app, "--lateness", "DURATION",
           "a window waits so long for events that come late; 0\nLater ones are counted, and told at the end.",
           &ParseDuration, &options->limits.lateness_ns);
}

void AddClock(CLI::App& app, StatsOptions* options) {
  AddChoice<bool>(
      app, "--clock",
      "what tells that a window is over; wall\nwall: the events, and while none comes the time that goes by. event: "
      "the events alone.",
      {{"wall", true}, {"event", false}}, &options->real_clock);
}

void AddAlert(CLI::App& app, StatsOptions* options) {
  CLI::App* alert =
      app.add_subcommand("alert",
                         "tell when results, or events, are as rules say they should not be, and when no more\nWrites "
                         "a vexevt.alert event "
                         "for each alert that fires or is resolved. Rules are described in vexevt-alerts(5).");
  alert->callback([options] { options->alert = true; });
  AddText(*alert, "-f,--rules", "RULES", "the rules\nRead again on SIGHUP.", &options->rules);
  AddText(*alert, "--state", "DIR",
          "go on from what is kept there, and keep there what waits and fires\nTogether with the windows that are open "
          "and the place in the input files, every 10 s and at the end. After a run that was killed the files are read "
          "again from that place, and what --append had written behind it is taken away.",
          &options->state);
  AddLateness(*alert, options);
  AddClock(*alert, options);
  AddGroups(*alert, options);
  AddFlag(*alert, "--check", "only check the rules", &options->check);
  AddFlag(*alert, "--follow", "at the end of a file, wait for more", &options->common.follow);
  AddCommonOptions(*alert, kAllOptions, &options->common);
}

void AddAlertList(CLI::App& app, StatsOptions* options) {
  CLI::App* list = app.add_subcommand(
      "alerts", "list the alerts that wait and fire\nAs vexevt-stats alert has kept them, which may be running.");
  list->callback([options] { options->lists_alerts = true; });
  AddText(*list, "--state", "DIR", "where vexevt-stats alert keeps them", &options->alert_list.state);
  AddFlag(*list, "--json", "as one line of JSON", &options->alert_list.json);
}

}  // namespace

const Tool kStatsTool = {
    .name = "vexevt-stats",
    .summary = "count, sum up and rank events by group and window",
    .usage =
        "[OPTION]... QUERY [FILE]...\n--live [OPTION]... [QUERY] [FILE]...\nmerge [OPTION]... [FILE]...\n"
        "alert [OPTION]... -f RULES [FILE]...\nalerts [--json] --state DIR\nprofile [OPTION]... [PID]",
    .description =
        "Reads a stream of events and tells of each window, once it is over, what QUERY asks for: aggregates like "
        "count, p99(size) or topk(5, comm), by the fields behind `by`, in the windows that `every` or `session` say; "
        "without either once, at the end. As text these are tables, else a row is an observability.metric event.\n"
        "vexevt.lost and vexevt.barrier events, which tell of the stream itself, are passed on, but for text.",
    .examples = kExamples,
    .negative = "",
};

void AddStatsOptions(CLI::App& app, StatsOptions* options) {
  app.require_subcommand(0, 1);
  AddMerge(app, options);
  AddAlert(app, options);
  AddAlertList(app, options);
  AddProfile(app, options);
  AddText(app, "QUERY", "QUERY", "what is wanted: AGGREGATE, ... [by FIELD, ...] [every DURATION [over DURATION]]",
          &options->query);
  AddText(app, "--by", "FIELDS", "group by these fields, separated by commas\nThe same as `by` in QUERY.",
          &options->by);
  AddText(app, "--every", "DURATION",
          "a window of this length after the other, from 1970 on\nThe same as `every` in QUERY; or COUNT events.",
          &options->every);
  AddText(app, "--over", "DURATION", "with --every: windows of this length, which overlap", &options->over);
  AddText(app, "--session", "DURATION", "a window ends when none of its group's events comes for so long",
          &options->session);
  AddLateness(app, options);
  AddGroups(app, options);
  AddValue(app, "--partial", "DURATION",
           "tell windows that are open, too, as far as they have come\nEach time that the events' time has gone on by "
           "that much.",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(options->partial_ns, ParseDuration(text));
             if (options->partial_ns == 0) return InvalidArgument("it is more than 0");
             return {};
           });
  AddResults(app, options);
  AddDrawing(app, options);
  AddText(
      app, "--model", "FILE",
      "go on from what `anomaly`, `change` and `forecast` have learnt in FILE, and keep it there at the end\nA file "
      "that is not there is made.",
      &options->model);
  AddFlag(
      app, "--backtest",
      "tell at the end how good each `forecast` would have been, in place of results\nThe windows are gone through, "
      "and each forecast is made of those before it alone.",
      &options->backtest);
  AddLive(app, options);
  AddClock(app, options);
  AddFlag(app, "--check", "only check the query", &options->check);
  AddFlag(app, "--follow", "at the end of a file, wait for more", &options->common.follow);
  AddCommonOptions(app, kAllOptions, &options->common);
}

}  // namespace vexevt
