// What vexevt-react says of a state folder, and asks of the one who runs there: list, show, retry, cancel.
#pragma once

#include <string>

#include "lib/cli/exit_code.h"
#include "lib/react/run_store.h"

namespace vexevt {

Result<ExitCode> ListRuns(const std::string& folder, std::uint64_t count);
Result<ExitCode> ListDeadLetters(const std::string& folder, std::uint64_t count);
Result<ExitCode> ShowRun(const std::string& folder, std::uint64_t run);

// kInvalidArgument where the run can't be.
Result<ExitCode> AskForRun(const std::string& folder, Request request);

}  // namespace vexevt
