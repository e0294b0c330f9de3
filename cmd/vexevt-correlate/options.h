// The command line of vexevt-correlate as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/cli/ask_command.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"
#include "lib/correlate/pattern.h"
#include "lib/graph/answer.h"
#include "lib/graph/recorder.h"

namespace vexevt {

enum class GraphFormat : std::uint8_t { kText, kDot, kGraphml, kJson };

struct GraphOptions {
  bool wanted = false;  // the command is `graph`
  Question question;
  std::size_t most_nodes = Recorder::kMostNodes;
  GraphFormat format = GraphFormat::kText;
};

struct CorrelateOptions {
  CommonOptions common;
  std::string patterns;  // a file
  std::string match;     // a pattern's text, whose other properties are those of `pattern`
  Pattern pattern{.name = "pattern"};
  bool shaped = false;  // one of those was given
  std::uint64_t lateness_ns = 0;
  std::string late;        // an endpoint for what is later still; empty: it is looked at
  bool real_clock = true;  // time also goes by while no event comes
  std::string state;       // a directory; empty: none
  bool check = false;
  GraphOptions graph;
  std::vector<std::string> sigma_rules;  // files; not empty: the command is `import-sigma`
  AskOptions ask;
};

extern const Tool kCorrelateTool;
void AddCorrelateOptions(CLI::App& app, CorrelateOptions* options);

}  // namespace vexevt
