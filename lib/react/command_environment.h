// The environment of a workflow's commands: a bare one, what the workflow sets, and VEXEVT_… of the run and the event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/react/filled_text.h"
#include "lib/react/process.h"
#include "lib/react/workflow.h"

namespace vexevt {

struct CommandFacts {
  std::string_view idempotency_key;
  std::uint32_t attempt = 1;
  bool undo = false;
};

// VEXEVT_PATH, VEXEVT_MATCH_COUNT … are the event's fields, VEXEVT_ATTR_… its attributes, with '_' for what no name can
// have; values with a NUL, those of more than 64 KiB, and flags that are
// not set, are left out. VEXEVT_WORKFLOW, VEXEVT_RUN, VEXEVT_STEP, VEXEVT_KEY,
// VEXEVT_EVENTS (how many it stands for), VEXEVT_ATTEMPT, VEXEVT_IDEMPOTENCY_KEY and, of an undo, VEXEVT_UNDO=1 are the
// run's.
//
// kInvalidArgument where the event lacks a value that the workflow's own variables ask for.
Result<std::vector<std::string>> CommandEnvironment(const Workflow& workflow, const ProcessUser& user,
                                                    const Filling& with, const CommandFacts& facts);

}  // namespace vexevt
