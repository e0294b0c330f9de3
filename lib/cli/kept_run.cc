#include "lib/cli/kept_run.h"

#include <fmt/format.h>

#include <utility>

#include "lib/cli/diagnostics.h"
#include "lib/stream/endpoint_name.h"
#include "lib/stream/resume.h"

namespace vexevt {

Result<KeptRun> KeptRun::Open(const CommonOptions& options, const std::string& directory, const StateFile& file) {
  if (!options.checkpoint.empty()) {
    return InvalidArgument("--state keeps the place in the input, too: leave out --checkpoint");
  }
  VEXEVT_ASSIGN(StateDirectory opened, StateDirectory::Open(directory, file));
  VEXEVT_ASSIGN(SavedRun before, opened.Load());
  return KeptRun(std::move(opened), std::move(before), NamesFile(options.inputs));
}

Status KeptRun::CutOutput(const CommonOptions& options) const {
  if (before_.ended || !before_.output) return {};
  VEXEVT_ASSIGN(EndpointName output, ParseEndpoint(options.output));
  if (!options.append || output.kind != EndpointKind::kFile) return {};
  VEXEVT_ASSIGN(const std::uint64_t cut, CutBack(output.rest, *before_.output));
  if (cut > 0) {
    ReportNotice(fmt::format("took the last {} bytes of '{}' away, which come again: the run before was killed", cut,
                             output.rest));
  }
  return {};
}

Status KeptRun::Save(std::string state, const std::vector<FileMark>& marks, int output) const {
  SavedRun run;
  run.ended = output < 0;
  run.replays = replays_;
  run.marks = marks;
  if (!run.ended) run.output = EndOf(output);
  run.state = std::move(state);
  return directory_.Save(run);
}

}  // namespace vexevt
