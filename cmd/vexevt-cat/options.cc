#include "cmd/vexevt-cat/options.h"

#include <fmt/format.h>

#include "lib/cli/option_value.h"
#include "lib/event/csv.h"
#include "lib/event/template.h"

namespace vexevt {
namespace {

constexpr Example kExamples[] = {
    {"read a stream", "vexevt-cat a.evt"},
    {"what is in it", "vexevt-cat --stat a.evt"},
    {"which commands deleted most",
     "vexevt-cat --format json a.evt | jq -r 'select(.type == \"fs.delete\").comm' | sort | uniq -c"},
    {"delete again what was created there",
     "vexevt-filter 'type = fs.create' a.evt | vexevt-cat -0 --template '{path}' | xargs -0 rm --"},
    {"watch a stream that is being written", "vexevt-cat --follow a.evt"},
    {"what can be read of a damaged stream", "vexevt-cat --resync --format frames bad.evt -o good.evt"},
    {"JSON back to a stream", "vexevt-cat --input-format json --format frames a.json -o a.evt"},
};

}  // namespace

const Tool kCatTool = {
    .name = "vexevt-cat",
    .summary = "show events, and convert them",
    .usage = "[OPTION]... [FILE]...\n--stat [OPTION]... [FILE]...",
    .description =
        "Reads a stream of events and writes each as a line for people, as JSON, CSV, by a template, as a span of a "
        "trace, "
        "or as the frames that they came as. Text and templates on a terminal show control characters and bytes that "
        "are not UTF-8 as \\xNN.",
    .examples = kExamples,
    .negative = "",
};

void AddCatOptions(CLI::App& app, CatOptions* options) {
  CommonOptions& common = options->common;
  common.format = Format::kText;
  AddValue(
      app, "--template", "TEMPLATE",
      "write each event so, as in '{time} {type} {path:q}'\nA name in braces is a field's value, {path:q} quoted for a "
      "shell, {path:json} as JSON, {attr.KEY} an attribute; \\n, \\t, \\0 and \\\\ are characters, and {{ and }} "
      "braces. "
      "A newline ends each event unless TEMPLATE ends with \\n or \\0.",
      [&common](std::string_view text) -> Status {
        VEXEVT_TRY(Template::Make(text, false).status());
        common.line_template = text;
        common.format = Format::kTemplate;
        return {};
      });
  AddFlag(app, "-0,--null", "end each event of --template with NUL, not a newline\nAs xargs -0 wants it.",
          &common.null);
  AddValue(app, "--fields", "FIELDS",
           fmt::format(
               "write these columns, as CSV unless --format is tsv\nNames of fields, or attr.KEY, separated by commas. "
               "Without, they are {}.",
               kDefaultCsvFields),
           [&common](std::string_view text) -> Status {
             VEXEVT_TRY(Csv::Make(text).status());
             common.fields = text;
             if (common.format != Format::kTsv) common.format = Format::kCsv;
             return {};
           });
  AddFlag(app, "--stat", "write what is in the stream instead of its events\nAs text, or with --format json as JSON.",
          &options->stat);
  AddFlag(app, "--follow", "at the end of a file, wait for more", &common.follow);
  AddFlag(app, "--resync",
          "go on behind what is damaged\nWhat is no event is left out, and a vexevt.lost event that names the place "
          "stands for it; reading goes on where three events in a row begin, or the last ones.",
          &common.resync);
  AddChoice<bool>(app, "--input-format",
                  "how events are read\nJSON is what --format json writes, one event a line; it comes back as the same "
                  "frames. Of events that people write, only \"type\" is required.",
                  {{"frames", false}, {"json", true}}, &common.json_input);
  AddCommonOptions(app, kAllOptions, &common);
}

}  // namespace vexevt
