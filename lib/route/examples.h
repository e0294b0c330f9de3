// Tests of rules files: a TOML file of events and the endpoints where they shall go.
//
//   [[case]]
//   name = "uploads go to the workers"
//   event = '{"type":"fs.close-write","path":"/srv/in/a"}'
//   to = ["workers"]
#pragma once

#include <string>
#include <vector>

#include "lib/route/route_plan.h"

namespace vexevt {

struct ExamplesOutcome {
  std::size_t cases = 0;
  std::vector<std::string> failures;  // "rules.test:3:1: case 'x': goes to a, not to b"
};

// A file that is wrong is kInvalidArgument, at its place.
Result<ExamplesOutcome> TestExamples(const RoutePlan& plan, std::string text, std::string file);

}  // namespace vexevt
