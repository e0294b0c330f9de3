// The command line of vexevt-stats as plain values.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"
#include "lib/stats/result_chart.h"
#include "lib/stats/rollup.h"

namespace vexevt {

struct ProfileOptions {
  std::optional<pid_t> pid;  // only the pipeline of that process
  std::uint64_t interval_ns = kNsPerSecond;
  std::uint64_t count = 1;
  bool json = false;
};

struct AlertListOptions {
  std::string state;  // a directory
  bool json = false;
};

struct StatsOptions {
  CommonOptions common;
  std::string query;  // with what --by, --every, --over and --session say at its end
  std::string by, every, over, session;
  std::string name = "stats";
  RollupLimits limits;
  std::uint32_t most_models = 10'000;  // groups that watches keep models of
  std::string model;                   // --model: the file that keeps them from run to run; empty: none does
  bool backtest = false;               // --backtest: how good forecasts were, in place of results
  std::uint64_t partial_ns = 0;        // of the events' time; 0: open windows are not told
  bool real_clock = true;              // time also goes by while no event comes
  bool states = false;                 // --partials: what vexevt-stats merge reads in place of results
  std::optional<PlotKind> plot;        // drawn in place of results
  std::string svg, html;               // files; empty: none
  bool check = false;
  bool live = false;
  bool once = false;                         // of the live view one print, at the end
  std::uint64_t interval_ns = kNsPerSecond;  // between its pictures
  bool merge = false;                        // the command is `merge`
  std::optional<std::string> frequency_of;   // of it: the value that frequencies are told of
  bool alert = false;                        // the command is `alert`
  std::string rules;                         // of it: a file
  std::string state;                         // of it: the directory that outlives the run; empty: nothing does
  AlertListOptions alert_list;
  bool lists_alerts = false;  // the command is `alerts`
  ProfileOptions profile;
  bool profiles = false;  // the command is `profile`

  bool draws() const { return plot || !svg.empty() || !html.empty(); }
};

extern const Tool kStatsTool;
void AddStatsOptions(CLI::App& app, StatsOptions* options);

}  // namespace vexevt
