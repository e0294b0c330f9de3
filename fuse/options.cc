#include "fuse/options.h"

#include <CLI/CLI.hpp>

#include "lib/base/units.h"
#include "lib/cli/option_value.h"
#include "lib/cli/tool_main.h"
#include "lib/cli/type_names.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"what happens below /srv/data, seen at /mnt/data, on the terminal", "vexevt-fuse /srv/data /mnt/data"},
    {"in the background, to a router, writes and reads left out",
     "vexevt-fuse --background -o unix:/run/vexevt/events.sock \\\n"
     "  --where 'not type in (fs.read, fs.write)' /srv/data /mnt/data"},
    {"over the directory itself", "vexevt-fuse -o events.evt /srv/data /srv/data"},
    {"by mount(8), as from fstab", "mount -t fuse.vexevt -o output=/var/log/data.evt,nosuid /srv/data /mnt/data"},
    {"every operation that takes more than 10 ms",
     "vexevt-fuse --types 'fs.*' --where 'latency > 10ms' /srv/data /mnt/data"},
    {"the end of it", "umount /mnt/data"},
};

// FUSE file systems take a number of seconds.
Result<std::uint64_t> ParseTimeout(std::string_view text) {
  bool bare = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  return bare ? ParseDuration(std::string(text) + "s") : ParseDuration(text);
}

void AddEvents(CLI::App& app, FuseOptions* options) {
  AddText(app, "--where", "EXPRESSION", "write only the events for which EXPRESSION holds\nSee vexevt-expr(7).",
          &options->where)
      ->group("Events");
  AddValue(app, "--types", "TYPE,...",
           "tell of these types, or families as in 'fs.*'\nThe default is what --where names, or else all but what "
           "only looks: lookup, stat, list, readlink, getxattr, listxattr, statfs and seek.",
           [options](std::string_view text) { return ReadTypeNames(text, &options->types); })
      ->group("Events");
  AddChoice<WhenFull>(
      app, "--on-full",
      "what to do when events come faster than they are taken, and the queue is full\nThe default, drop, "
      "leaves events out, and tells how many at their place in the stream; operations never wait. block "
      "lets the operation wait. spill keeps the events in a file until they are taken.",
      {{"drop", WhenFull::kDrop}, {"block", WhenFull::kBlock}, {"spill", WhenFull::kSpill}}, &options->on_full)
      ->group("Events");
  AddValue<std::uint64_t>(app, "--queue", "SIZE", "how much may wait in memory; 8M by default", ParseSize,
                          &options->queue_bytes)
      ->group("Events");
  AddText(app, "--spill-dir", "DIR", "where --on-full spill keeps its file\nThe default is $TMPDIR, or /tmp.",
          &options->spill_directory)
      ->group("Events");
  AddText(app, "--host", "NAME", "the host's name in events\nThe default is this host's.", &options->host)
      ->group("Events");
  AddText(app, "--tenant", "NAME", "the tenant of the events", &options->tenant)->group("Events");
}

void AddMount(CLI::App& app, FuseOptions* options) {
  AddChoice<Cache>(app, "--cache",
                   "what the kernel may keep of files' contents\nWith the default, auto, contents are read anew when a "
                   "file is opened and has changed; always trusts them for good; never has each read and write come "
                   "through, as a program makes it.",
                   {{"never", Cache::kNever}, {"auto", Cache::kAuto}, {"always", Cache::kAlways}}, &options->cache)
      ->group("File system");
  AddValue<std::uint64_t>(app, "--timeout", "DURATION",
                          "for how long the kernel may trust names and attributes; 1s by default\nWith 0 it asks each "
                          "time: what is done to the source past the mount is seen at once.",
                          ParseTimeout, &options->timeout_ns)
      ->group("File system");
  AddFlag(app, "--writeback",
          "let the kernel gather writes\nThey are told when they come through, without the process that made them.",
          &options->writeback)
      ->group("File system");
  AddFlag(app, "--passthrough",
          "let the kernel read and write the files below itself\nNeeds root and Linux 6.9. Reads and writes are then "
          "not told.",
          &options->passthrough)
      ->group("File system");
  AddFlag(app, "--splice", "move data through pipes instead of copying it\nPays off for large reads and writes only.",
          &options->splice)
      ->group("File system");
  AddFlag(app, "--only-me",
          "let no other user in, when run as root\nAn ordinary user's mount lets no other in, unless --mount-options "
          "has allow_other.",
          &options->only_me)
      ->group("File system");
  AddText(app, "--mount-options", "OPTION,...",
          "options for the kernel and libfuse, as of mount(8): ro, nosuid, noexec, allow_other",
          &options->mount_options)
      ->group("File system");
  AddValue<std::uint64_t>(app, "--threads", "COUNT",
                          "how many operations are carried out at a time\nThe default is four times the number of "
                          "processors, and 8 at least.",
                          ParseCount, &options->threads)
      ->group("File system");
  AddFlag(app, "--background", "return when the file system is mounted, and go on in the background",
          &options->background)
      ->group("File system");
}

}  // namespace

const Tool kFuseTool = {
    .name = "vexevt-fuse",
    .summary = "mount a directory anew, and tell each operation on it",
    .usage = "[OPTION]... SOURCE MOUNTPOINT",
    .description =
        "Mounts the directory SOURCE at MOUNTPOINT, where everything behaves as in SOURCE itself, and writes an event "
        "for each operation: who did it, to what, with which result, and how long it took. Runs until the mount ends, "
        "by umount(8), SIGINT or SIGTERM.\n"
        "As mount.fuse.vexevt it takes the words of mount(8). Options of its own may then stand among the others, by "
        "their names: mount -t fuse.vexevt -o output=FILE,cache=always,nosuid SOURCE MOUNTPOINT.",
    .examples = kExamples,
    .negative = {},
};

void AddFuseOptions(CLI::App& app, FuseOptions* options) {
  AddEvents(app, options);
  AddMount(app, options);
  AddCommonOptions(app, kOutputOptions | kFormatOptions | kMetricsOption | kStrictOption | kQuietOption,
                   &options->common);
  AddText(app, "SOURCE", "SOURCE", "the directory to show", &options->source)->required()->group("File system");
  AddText(app, "MOUNTPOINT", "MOUNTPOINT", "where", &options->mountpoint)->required()->group("File system");
}

OptionShape ShapeOfFuseOption(std::string_view name) {
  static FuseOptions unused;
  static CLI::App app;
  [[maybe_unused]] static const bool built = [] {
    BuildApp(
        kFuseTool, [](CLI::App& empty) { AddFuseOptions(empty, &unused); }, &app);
    return true;
  }();
  const CLI::Option* option = app.get_option_no_throw("--" + std::string(name));
  if (option == nullptr) return OptionShape::kNone;
  return option->get_expected_max() == 0 ? OptionShape::kFlag : OptionShape::kValue;
}

}  // namespace vexevt
