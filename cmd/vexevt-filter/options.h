// The command line of vexevt-filter as plain values.
#pragma once

#include <string>
#include <vector>

#include "lib/cli/options.h"
#include "lib/cli/tool.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

struct FilterOptions {
  CommonOptions common;
  std::string expression;                // the first operand; an input where -e or -f is given
  std::vector<std::string> expressions;  // -e
  std::string rules;                     // -f
  std::vector<std::string> lists;        // NAME=FILE
  std::vector<std::string> ignore_files;
  bool invert = false;
  bool count_only = false;
  bool assert_none = false;
  bool assert_some = false;
  bool mark_sample = false;
  bool profile_rules = false;
  std::string explain;  // an event as JSON, or a file with one; empty: none
  std::string test;     // a file of examples; empty: none
  bool check = false;
  std::uint64_t delay_bytes = std::uint64_t{64} << 20;  // what delayed events may take in memory
  Rule shape;                                           // limit, sample, dedupe, delay and redact of the command line
  std::vector<std::string> by;
};

extern const Tool kFilterTool;
void AddFilterOptions(CLI::App& app, FilterOptions* options);

}  // namespace vexevt
