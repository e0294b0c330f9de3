// The command line of vexevt-stats as plain values.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/clock.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"
#include "lib/stats/rollup.h"

namespace vexevt {

struct StatsOptions {
  CommonOptions common;
  std::string query;  // with what --by, --every, --over and --session say at its end
  std::string by, every, over, session;
  std::string name = "stats";
  RollupLimits limits;
  std::uint64_t partial_ns = 0;  // of the events' time; 0: open windows are not told
  bool real_clock = true;        // time also goes by while no event comes
  bool states = false;           // --partials: what vexevt-stats merge reads in place of results
  bool check = false;
  bool live = false;
  bool once = false;                         // of the live view one print, at the end
  std::uint64_t interval_ns = kNsPerSecond;  // between its pictures
  bool merge = false;                        // the command is `merge`
};

extern const Tool kStatsTool;
void AddStatsOptions(CLI::App& app, StatsOptions* options);

}  // namespace vexevt
