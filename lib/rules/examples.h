// Tests of rules: a TOML file of events and what shall become of each.
//
//   [[case]]
//   name = "uploads go to the workers"
//   event = '{"type":"fs.close-write","path":"/srv/in/a"}'
//   to = ["workers"]                                         # or, for vexevt-filter, keep = true
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/rules/table_reader.h"

namespace vexevt {

struct ExamplesOutcome {
  std::size_t cases = 0, failed = 0;
  std::string failures;  // lines: "rules.test:3:1: case 'x': goes to a, not to b"
};

// What became of the event that is not as the case, a table, says; empty: all is.
using JudgeCase = std::function<Result<std::string>(const TableReader& table, const EventView& event)>;

// `verdict` is the key of a case that says what shall become of its event. A file that is wrong is kInvalidArgument, at
// its place.
Result<ExamplesOutcome> TestExamples(const std::string& file, std::string_view verdict, const JudgeCase& judge);

}  // namespace vexevt
