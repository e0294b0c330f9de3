// The options that several tools share, parsed into a plain struct. A tool takes the groups that it means, and gets
// -h, --help, --help-fields, --version and --verbose with any of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/stream/record_files.h"

namespace CLI {
class App;
}

namespace vexevt {

enum class Format : std::uint8_t {
  kAuto,  // frames, or text where the output is a terminal
  kFrames,
  kText,
  kJson,
  kCsv,
  kTsv,
  kOtlp,      // lines of OTLP/JSON, of what tells of traces
  kTemplate,  // as line_template says
};

struct CommonOptions {
  std::vector<std::string> inputs;                      // endpoints; none: standard input
  std::string checkpoint;                               // file; empty: none
  std::uint64_t checkpoint_interval_ns = kNsPerSecond;  // no option: for tests
  std::string output = "-";
  bool append = false;      // to an output that is a file
  Rotation rotation;        // of an output that is a file
  bool follow = false;      // at the end of an input file, wait for more
  bool json_input = false;  // inputs are lines of JSON
  bool resync = false;      // damaged inputs are read on behind what is damaged
  Format format = Format::kAuto;
  std::string fields;         // columns of kCsv and kTsv; empty: the usual ones
  std::string line_template;  // see lib/event/template.h
  bool null = false;          // NUL instead of a newline ends what line_template makes
  ColorWhen color = ColorWhen::kAuto;
  std::optional<std::uint64_t> count;               // events written, at most
  std::optional<std::uint64_t> duration_ns;         // of event time from the first event on
  std::optional<std::uint64_t> since_ns, until_ns;  // wall time; until is the first instant not wanted
  std::string metrics;                              // empty: none
  bool progress = false;                            // shown even where the input's end is not known
  bool no_progress = false;
  bool strict = false;
  bool quiet = false;
  bool verbose = false;
};

using OptionGroups = std::uint32_t;
inline constexpr OptionGroups kInputOptions = 1 << 0,  // FILE…, -i, --checkpoint
    kOutputOptions = 1 << 1,                           // -o, --rotate
    kFormatOptions = 1 << 2,                           // --format, --color
    kCountOption = 1 << 3,                             // -n
    kTimeOptions = 1 << 4,                             // --duration, --since, --until
    kMetricsOption = 1 << 5,                           // --metrics
    kProgressOptions = 1 << 6,                         // --progress, --no-progress
    kStrictOption = 1 << 7,                            // --strict
    kQuietOption = 1 << 8,  // -q for "fewer messages"; a tool may give -q a meaning of its own
    kAllOptions = (1 << 9) - 1;

// Call it after the tool's own options: operands are filled in the order in which they are added, and FILE… takes all
// that are left. `options` outlives the parsing.
void AddCommonOptions(CLI::App& app, OptionGroups groups, CommonOptions* options);

}  // namespace vexevt
