#include "cmd/vexevt-correlate/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "lib/base/units.h"
#include "lib/cli/option_value.h"
#include "lib/correlate/patterns_file.h"
#include "lib/event/column.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kMostSteps = 1'000'000, kMostNodes = 100'000'000;

constexpr Example kExamples[] = {
    {"files that were written and then deleted by the same process within a minute",
     "vexevt-correlate -e 'w: [type = fs.close-write] then d: [type = fs.delete and path = w.path]' --by pid --within "
     "1m "
     "a.evt"},
    {"more than 100 deletes by one user in ten seconds",
     "vexevt-correlate -e 'count [type = fs.delete] > 100' --by uid --within 10s a.evt"},
    {"files that were opened and not closed for 30 s",
     "vexevt-correlate -e 'o: [type = fs.open] then not [type in (fs.close, fs.close-write)]' --by path,pid --within "
     "30s "
     "a.evt"},
    {"Sigma rules as patterns", "vexevt-correlate import-sigma rules/*.yml >sigma.toml"},
    {"what led to a file, as far as the stream tells", "vexevt-correlate graph --ancestors /srv/app/config a.evt"},
    {"the pattern that a sentence means",
     "vexevt-correlate ask 'tell me when someone other than root deletes more than 20 files under /etc within 10 "
     "seconds'"},
    {"every pattern of a file", "vexevt-capture /srv | vexevt-correlate -f patterns.toml | vexevt-route rules.toml"},
};

Status Ask(Asked asked, std::string_view text, Question* question) {
  VEXEVT_ASSIGN(NodeName name, ParseNodeName(text));
  if (question->asked != Asked::kAll && question->asked != asked) {
    return InvalidArgument("--ancestors, --descendants and --between exclude each other");
  }
  if (question->names.size() == (asked == Asked::kBetween ? 2 : 1)) return InvalidArgument("it is given once");
  question->asked = asked;
  question->names.push_back(std::move(name));
  return {};
}

void AddGraph(CLI::App& app, CorrelateOptions* options) {
  CLI::App* graph =
      app.add_subcommand("graph",
                         "show what led to what: processes, files and what else events tell of\nReads the FILEs to "
                         "their end. What is asked "
                         "about is the path of a file, or pid:NUMBER, host:NAME, agent:NAME, "
                         "vector:COLLECTION[/VECTOR], graph:GRAPH[/NODE], "
                         "match:PATTERN or action:WORKFLOW[/STEP]; without a question the whole graph is shown.");
  graph->callback([options] { options->graph.wanted = true; });
  Question* const question = &options->graph.question;
  AddValue(*graph, "--ancestors", "PATH", "what led to it",
           [question](std::string_view text) { return Ask(Asked::kAncestors, text, question); });
  AddValue(*graph, "--descendants", "PATH", "what it led to",
           [question](std::string_view text) { return Ask(Asked::kDescendants, text, question); });
  AddValue(*graph, "--between", "FROM TO", "how FROM led to TO", [question](std::string_view text) {
    return Ask(Asked::kBetween, text, question);
  })->expected(2);
  AddValue(*graph, "--depth", "COUNT", "so many steps away at most\nWith --between from FROM.",
           [question](std::string_view text) -> Status {
             VEXEVT_ASSIGN(const std::uint64_t depth, ParseCount(text));
             if (depth == 0 || depth > kMostSteps) return InvalidArgument("it is 1 to 1000000");
             question->depth = static_cast<std::uint32_t>(depth);
             return {};
           });
  AddChoice<GraphFormat>(
      *graph, "--format",
      "how the answer is written\ntext is a tree for people. dot is for Graphviz, graphml for programs "
      "that draw and measure graphs; json is a node or edge a line.",
      {{"text", GraphFormat::kText},
       {"dot", GraphFormat::kDot},
       {"graphml", GraphFormat::kGraphml},
       {"json", GraphFormat::kJson},
       {"ndjson", GraphFormat::kJson}},
      &options->graph.format);
  AddValue(*graph, "--most-nodes", "COUNT",
           "take no more events once there are so many nodes; 1M\nThat is told, and what follows is not known. A node "
           "with its edges takes about 600 bytes.",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(const std::uint64_t most, ParseCount(text));
             if (most == 0 || most > kMostNodes) return InvalidArgument("it is 1 to 100000000");
             options->graph.most_nodes = most;
             return {};
           });
  AddCommonOptions(*graph,
                   kInputOptions | kTimeOptions | kMetricsOption | kProgressOptions | kStrictOption | kQuietOption,
                   &options->common);
}

void AddImportSigma(CLI::App& app, CorrelateOptions* options) {
  CLI::App* import = app.add_subcommand(
      "import-sigma",
      "turn Sigma rules into patterns\nWrites a file of patterns, vexevt-patterns(5), for the Sigma rules and "
      "correlation rules in the YAML of each FILE. All of them, or none: what can't be turned is told with its place.");
  AddCommonOptions(*import, 0, &options->common);
  AddOperands(*import, "FILE", "read rules from it", &options->sigma_rules)->required();
}

}  // namespace

const Tool kCorrelateTool = {
    .name = "vexevt-correlate",
    .summary = "find patterns over several events",
    .usage =
        "[OPTION]... -e PATTERN [FILE]...\n[OPTION]... -f PATTERNS [FILE]...\n"
        "graph [OPTION]... [FILE]...\n"
        "import-sigma FILE...\n"
        "ask [OPTION]... SENTENCE",
    .description =
        "Reads a stream of events and writes a vexevt.match event for each match of a pattern, with the ids of the "
        "events "
        "that it rests on as its causes. Patterns are described in vexevt-patterns(5).\n"
        "vexevt.lost and vexevt.barrier events, which tell of the stream itself, are passed on.",
    .examples = kExamples,
    .negative = "",
};

void AddCorrelateOptions(CLI::App& app, CorrelateOptions* options) {
  app.require_subcommand(0, 1);
  AddGraph(app, options);
  AddImportSigma(app, options);
  AddText(app, "-e,--expression", "PATTERN", "the pattern to look for, see vexevt-patterns(5)", &options->match);
  AddText(app, "-f,--patterns", "RULES", "look for the patterns of a file\nRead again on SIGHUP.", &options->patterns);
  const auto shape = [&](const std::string& names, const std::string& placeholder, const std::string& description,
                         ValueReader read) {
    AddValue(app, names, placeholder, description, [options, read = std::move(read)](std::string_view text) -> Status {
      options->shaped = true;
      return read(text);
    });
  };
  Pattern* const pattern = &options->pattern;
  shape("--by", "FIELDS", "with -e: only events alike in these fields, separated by commas, make a match",
        [pattern](std::string_view text) { return AppendFieldNames(text, &pattern->by); });
  shape("--within", "DURATION", "with -e: from the first event of a match to the last, or what is counted in",
        [pattern](std::string_view text) -> Status {
          VEXEVT_ASSIGN(pattern->within_ns, ParseDuration(text));
          return {};
        });
  shape("--skip", "none|to-next|past-last|to-first STEP|to-last STEP",
        "with -e: what a match ends of those that had begun; to-next",
        [pattern](std::string_view text) { return ParseSkip(text, pattern); });
  shape("--suppress", "DURATION", "with -e: after a match tell none of the same key for so long",
        [pattern](std::string_view text) -> Status {
          VEXEVT_ASSIGN(pattern->suppress_ns, ParseDuration(text));
          return {};
        });
  shape("--name", "NAME", "with -e: what the pattern is called in its matches; pattern",
        [pattern](std::string_view text) -> Status {
          if (text.empty()) return InvalidArgument("the argument is empty");
          pattern->name = text;
          return {};
        });
  AddValue(app, "--lateness", "DURATION",
           "put events into their order that come at most so late\nEvery match then comes that much later.",
           &ParseDuration, &options->lateness_ns);
  AddText(app, "--late", "ENDPOINT",
          "events that come later still are written there, and not looked at\nWithout it they are taken to have "
          "happened when they come.",
          &options->late);
  AddChoice<bool>(
      app, "--clock",
      "what tells that the time of an absence is over; wall\nwall: the events, and while none comes the time "
      "that goes by. event: the events alone.",
      {{"wall", true}, {"event", false}}, &options->real_clock);
  AddText(app, "--state", "DIR",
          "go on from what is kept there, and keep there what has begun\nTogether with the place in the input files, "
          "every 10 s and at the end. After a run that was killed the files are read again from that place, and what "
          "--append had written behind it is taken away.",
          &options->state);
  AddFlag(app, "--follow", "at the end of a file, wait for more", &options->common.follow);
  AddFlag(app, "--check", "only check the patterns", &options->check);
  AddAskCommand(app, &options->ask);
  AddCommonOptions(app, kAllOptions, &options->common);
}

}  // namespace vexevt
