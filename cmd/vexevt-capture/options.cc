#include "cmd/vexevt-capture/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "lib/capture/generate_mix.h"
#include "lib/cli/option_value.h"
#include "lib/cli/type_names.h"
#include "lib/event/field.h"
#include "lib/stream/endpoint_name.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"what happens below /srv, on the terminal", "vexevt-capture /srv"},
    {"what an installation touches, as root", "vexevt-capture -o made.evt -- make install"},
    {"deletes and renames only, into a file",
     "vexevt-capture --where 'type in (fs.delete, fs.rename)' /srv -o changes.evt"},
    {"a million events of a made-up web server, always the same",
     "vexevt-capture --generate web --seed 7 -n 1000000 -o web.evt"},
    {"what the kernel module sees of one user, decided in the kernel",
     "vexevt-capture --from kernel --where 'uid = 1000 and path under /srv/www' /srv"},
    {"the logs that there are now", "find / -xdev -name '*.log' -print0 | vexevt-capture --paths-from -"},
    {"one event from a shell", "vexevt-capture emit vector.search vector.collection=docs vector.k=10 attr.team=ml"},
    {"what was captured until now is in all.json when this returns",
     "vexevt-capture --control c.sock /srv | vexevt-cat --format json -o all.json &\n"
     "vexevt-capture --barrier c.sock"},
    {"what the audit log knows of deleted files",
     "vexevt-capture --import-audit /var/log/audit/audit.log --where 'type = fs.delete' --format json"},
    {"what happens in a FUSE mount, with all that the kernel and vexevt-fuse know, each operation once",
     "vexevt-capture --from fanotify --from fuse=ring:/run/vexevt/fuse.ring /srv/data"},
    {"lines of JSON to frames", "vexevt-capture --import events.json -o events.evt"},
};

std::string MixNames() {
  std::string names;
  for (const Mix& mix : AllMixes()) names += fmt::format("{}{}", names.empty() ? "" : "|", mix.name);
  return names;
}

Status ReadMix(std::string_view text, CaptureOptions* options) {
  options->generate = true;
  if (text.empty()) return {};
  if (!FindMix(text)) {
    return NoneOf(text, MixNames());
  }
  options->mix = text;
  return {};
}

constexpr char kSources[] = "fanotify|inotify|kernel|fuse[=ENDPOINT]";

Status ReadSource(std::string_view text, std::vector<SourceChoice>* from) {
  SourceChoice choice;
  if (text == "fanotify") {
    choice.kind = SourceKind::kFanotify;
  } else if (text == "inotify") {
    choice.kind = SourceKind::kInotify;
  } else if (text == "kernel") {
    choice.kind = SourceKind::kKernel;
  } else if (text == "fuse" || text.starts_with("fuse=")) {
    choice.kind = SourceKind::kFuse;
    choice.endpoint = text == "fuse" ? kFuseEndpoint : text.substr(5);
    auto name = ParseEndpoint(choice.endpoint);
    if (!name.ok()) return std::move(name).status();
  } else {
    return NoneOf(text, kSources);
  }
  for (const SourceChoice& other : *from) {
    if (other.kind == choice.kind && other.endpoint == choice.endpoint) {
      return InvalidArgument(fmt::format("'{}' is named already", text));
    }
  }
  from->push_back(std::move(choice));
  return {};
}

void AddEmit(CLI::App& app, CaptureOptions* options) {
  CLI::App* emit = app.add_subcommand("emit",
                                      "write one event, given as words\nTYPE is as in fs.create or vector.search. Each "
                                      "FIELD=VALUE sets a field (see --help-fields) or, as attr.KEY=VALUE, an "
                                      "attribute. The event gets an id and, unless time= is given, the present time.");
  emit->callback([options] { options->emit = true; });
  AddCommonOptions(*emit, kOutputOptions | kFormatOptions, &options->common);
  AddText(*emit, "--host", "NAME", "the event's host\nThe default is this one's name.", &options->host);
  AddText(*emit, "--tenant", "NAME", "the event's tenant", &options->tenant);
  AddText(*emit, "TYPE", "TYPE", "what happened", &options->emit_type)->required();
  AddOperands(*emit, "FIELD=VALUE", "what is known of it", &options->emit_words);
}

}  // namespace

const Tool kCaptureTool = {
    .name = "vexevt-capture",
    .summary = "make a stream of file-system events",
    .usage =
        "[OPTION]... PATH...\n[OPTION]... --from SOURCE... [PATH]...\n[OPTION]... [PATH]... -- COMMAND "
        "[ARGUMENT]...\n[OPTION]... --generate "
        "[MIX]\n[OPTION]... --import FILE...\n[OPTION]... --import-audit FILE...\n"
        "--barrier PATH [--timeout DURATION]\n"
        "emit [OPTION]... TYPE [FIELD=VALUE]...",
    .description =
        "Watches each PATH, a directory with all that lies below it or a file, and writes an event for each change "
        "until it is stopped by SIGINT or SIGTERM. With COMMAND it runs that, and tells what the command and its "
        "descendants do, until the command ends; its exit status is then the command's. It can also make events up, "
        "read them from text, or write a "
        "single one.\n"
        "Told are creates, deletes, renames, writes, closes after writing and changes of metadata; opens, reads and "
        "closes where --types or --where name them.",
    .examples = kExamples,
    .negative = {},
};

void AddCaptureOptions(CLI::App& app, CaptureOptions* options) {
  app.require_subcommand(0, 1);
  AddEmit(app, options);
  AddValue(app, "--where", "EXPRESSION",
           "write only the events for which EXPRESSION holds\nSee vexevt-expr(7). What the kernel can decide of it is "
           "left to the kernel; --explain shows how much.",
           [options](std::string_view text) -> Status {
             options->where = text;
             return {};
           })
      ->group("Selection");
  AddValue(app, "--types", "TYPE,...",
           "write these types only, or families as in 'fs.*'\nA live source is asked for no others. The default is "
           "what --where names, or else all but opens, reads, closes and executions.",
           [options](std::string_view text) { return ReadTypeNames(text, &options->types); })
      ->group("Selection");
  AddFlag(app, "--explain", "say what the kernel decides and what is left, and exit", &options->explain)
      ->group("Selection");
  AddValue(
      app, "--from", "fanotify|inotify|kernel|fuse",
      "where events come from; may be given again\nThe default is fanotify where the rights and the kernel allow it, "
      "and else inotify, which watch each PATH. kernel is the module vexevt.ko, see vexevt(4). fuse=ENDPOINT reads "
      "what "
      "a vexevt-fuse writes to ENDPOINT, fuse alone ring:/run/vexevt/fuse.ring; --types selects from it, PATH does "
      "not. "
      "Several make one stream, in the order of time; what the kernel tells of an operation that vexevt-fuse tells of, "
      "too, is joined to its event.",
      [options](std::string_view text) { return ReadSource(text, &options->from); })
      ->group("Source");
  AddFlag(app, "--bus",
          "with --from kernel: write what is injected into the module, too\nIt may be all that is asked for.",
          &options->bus)
      ->group("Source");
  AddFlag(app, "--bounded-queue",
          "keep to the kernel's limit of waiting events, fs.fanotify.max_queued_events\nThe default has no limit: "
          "nothing is lost while memory lasts. With the limit, what is lost is told.",
          &options->bounded_queue)
      ->group("Source");
  AddChoice<MarkKind>(
      app, "--mark",
      "what is marked, by fanotify and the kernel module\nThe default, filesystem, sees all of the file systems that a "
      "PATH lies on, "
      "and PATH selects from it; mount sees what goes through its mount; directory only what lies "
      "directly in it.",
      {{"filesystem", MarkKind::kFilesystem}, {"mount", MarkKind::kMount}, {"directory", MarkKind::kDirectory}},
      &options->mark)
      ->group("Source");
  AddValue(app, "--generate", MixNames(),
           "make events up, as such processes would\nmixed is the default. The same mix, seed and rate give "
           "the same bytes.",
           [options](std::string_view text) { return ReadMix(text, options); })
      ->expected(0, 1)
      ->group("Source");
  AddValue(app, "--seed", "NUMBER", "what --generate derives everything from; 1 by default",
           [options](std::string_view text) -> Status {
             VEXEVT_ASSIGN(options->seed, ParseCount(text));
             return {};
           })
      ->group("Source");
  AddValue<Rate>(app, "--rate", "RATE",
                 "how fast --generate makes events: 10000/s\nThe default is as fast as they are taken.", ParseRate,
                 &options->rate)
      ->group("Source");
  AddText(app, "--import", "FILE", "read events from lines of JSON; - is standard input; may be given again",
          &options->imports)
      ->group("Source");
  AddText(app, "--import-audit", "FILE",
          "read events from the log of the kernel's audit (audit.log); - is standard input; may be given again",
          &options->audit_imports)
      ->group("Source");
  AddText(app, "--paths-from", "FILE",
          "watch what FILE names: a path a line or, where it has a NUL, between NULs\n- is standard input, as in "
          "'find … -print0 | vexevt-capture --paths-from -'. What is gone by then is left out, with a warning.",
          &options->path_lists)
      ->group("Source");
  AddValue<std::uint64_t>(
      app, "--hash", "SIZE",
      "tell what files hold that are closed after writing, if that is at most SIZE: attribute hash\nIt is BLAKE2b, as "
      "'b2sum -l 256' prints it. Why there is none, hash.missing says.",
      ParseSize, &options->hash_bytes)
      ->group("Source");
  AddFlag(app, "--auid", "tell who logged in, whatever user the process is now: attribute auid", &options->auid)
      ->group("Source");
  AddText(app, "--host", "NAME",
          "the host's name in events\nThe default is this host's, and 'generated' for --generate.", &options->host)
      ->group("Source");
  AddText(app, "--tenant", "NAME", "the tenant of the events", &options->tenant)->group("Source");
  AddText(app, "--control", "PATH",
          "listen here for --barrier\nA Unix socket is made at PATH, for this user and root, and removed at the end.",
          &options->control)
      ->group("Barrier");
  AddText(app, "--barrier", "PATH",
          "wait until what has happened so far has left the pipeline of the capture that listens at PATH\nThat capture "
          "was started with --control PATH. The exit status is 3 where it has not within --timeout.",
          &options->barrier)
      ->group("Barrier");
  AddValue<std::uint64_t>(app, "--timeout", "DURATION", "how long --barrier waits; 10s by default", ParseDuration,
                          &options->timeout_ns)
      ->group("Barrier");
  AddCommonOptions(app, kAllOptions & ~kInputOptions, &options->common);
  AddOperands(app, "PATH", "watch this directory or file", &options->paths)->group("Source");
}

}  // namespace vexevt
