#include "cmd/vexevt-stats/list_alerts.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cmd/vexevt-stats/alert_state_file.h"
#include "lib/alert/alert_list.h"
#include "lib/alert/alert_state.h"
#include "lib/base/bytes.h"
#include "lib/io/full.h"

namespace vexevt {

Result<ExitCode> ListAlertsOf(const AlertListOptions& options) {
  if (options.state.empty()) return InvalidArgument("what is to be listed? --state DIR, as of vexevt-stats alert");
  VEXEVT_ASSIGN(const SavedRun run, ReadSavedRun(options.state, kAlertStateFile));
  if (run.state.empty()) {
    return Status(StatusCode::kNotFound,
                  fmt::format("no run of vexevt-stats alert keeps its state in '{}'", options.state));
  }
  Unpacker unpacker(run.state);
  auto kept = UnpackAlerts(&unpacker);
  if (!kept.ok()) return std::move(kept).status().WithContext(fmt::format("cannot list '{}'", options.state));
  const std::string text = options.json ? AlertListJson(*kept) : AlertListText(*kept);
  VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"));
  return ExitCode::kDone;
}

}  // namespace vexevt
