#include "cmd/vexevt-correlate/kept_correlator.h"

#include <fmt/format.h>

#include <utility>

#include "lib/cli/diagnostics.h"
#include "lib/stream/endpoint_name.h"
#include "lib/stream/resume.h"

namespace vexevt {
namespace {

// What a run that was killed wrote behind its last checkpoint comes again.
Status CutOutput(const CommonOptions& options, const FileEnd& end) {
  VEXEVT_ASSIGN(EndpointName output, ParseEndpoint(options.output));
  if (!options.append || output.kind != EndpointKind::kFile) return {};
  VEXEVT_ASSIGN(const std::uint64_t cut, CutBack(output.rest, end));
  if (cut > 0) {
    ReportNotice(fmt::format("took the last {} bytes of '{}' away, which come again: the run before was killed", cut,
                             output.rest));
  }
  return {};
}

}  // namespace

Result<KeptCorrelator> KeptCorrelator::Open(const CorrelateOptions& options, Correlator* correlator) {
  if (!options.common.checkpoint.empty()) {
    return InvalidArgument("--state keeps the place in the input, too: leave out --checkpoint");
  }
  VEXEVT_ASSIGN(StateDirectory directory, StateDirectory::Open(options.state));
  VEXEVT_ASSIGN(SavedRun before, directory.Load());
  KeptCorrelator state(std::move(directory), correlator);
  state.replays_ = NamesFile(options.common.inputs);
  if (!before.patterns.empty()) {
    Unpacker unpacker(before.patterns);
    auto changed = correlator->Load(&unpacker);
    if (!changed.ok()) return std::move(changed).status().WithContext("cannot go on from '" + options.state + "'");
    for (const std::string& name : *changed) {
      ReportNotice(fmt::format("pattern '{}' is no more what it was: what it had kept is dropped", name));
    }
  }
  if (!before.ended) {
    if (before.output) VEXEVT_TRY(CutOutput(options.common, *before.output));
    state.gap_ = !before.replays || !state.replays_;
    if (state.gap_) correlator->SeeGap();
  }
  state.marks_ = std::move(before.marks);
  return state;
}

Status KeptCorrelator::Save(const std::vector<FileMark>& marks, int output) {
  Packer packer;
  correlator_->Save(&packer);
  SavedRun run;
  run.ended = output < 0;
  run.replays = replays_;
  run.marks = marks;
  if (!run.ended) run.output = EndOf(output);
  run.patterns = packer.Take();
  return directory_.Save(run);
}

}  // namespace vexevt
