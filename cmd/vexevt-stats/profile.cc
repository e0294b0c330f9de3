#include "cmd/vexevt-stats/profile.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/io/full.h"
#include "lib/status/show.h"

namespace vexevt {
namespace {

bool Has(const PipelineProfile& profile, pid_t pid) {
  return std::ranges::any_of(profile.stages, [pid](const StageProfile& stage) { return stage.tool.pid == pid; });
}

}  // namespace

Result<ExitCode> RunProfile(const ProfileOptions& options) {
  VEXEVT_ASSIGN(RunningTools before, FindRunningTools());
  if (before.hidden > 0 && !options.json) {
    ReportNotice(fmt::format("{} tools of other users are not shown", before.hidden));
  }
  for (std::uint64_t left = options.count; left > 0; --left) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(options.interval_ns));
    VEXEVT_ASSIGN(RunningTools after, FindRunningTools());
    std::vector<PipelineProfile> profiles = ProfilePipelines(before.tools, after.tools, SystemClock().Now());
    if (options.pid) {
      std::erase_if(profiles, [&](const PipelineProfile& profile) { return !Has(profile, *options.pid); });
      if (profiles.empty()) {
        return Status(StatusCode::kNotFound, fmt::format("process {} is no tool that runs here", *options.pid));
      }
    }
    const std::string text = options.json ? ProfileJson(profiles) : ProfileText(profiles);
    VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"));
    before = std::move(after);
  }
  return ExitCode::kDone;
}

}  // namespace vexevt
