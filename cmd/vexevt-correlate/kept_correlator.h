// What --state keeps of a run, and what a run before it has left.
#pragma once

#include <utility>
#include <vector>

#include "cmd/vexevt-correlate/options.h"
#include "lib/correlate/correlator.h"
#include "lib/correlate/saved_run.h"
#include "lib/stream/checkpoint.h"

namespace vexevt {

class KeptCorrelator {
 public:
  // Takes up what is in the directory: into `correlator`, and takes away from the output what will come again.
  // `correlator` is asked on every Save.
  static Result<KeptCorrelator> Open(const CorrelateOptions& options, Correlator* correlator);

  // Whether events are missing that the run before had read, and that this one can't read again. Once.
  bool TakeGap() { return std::exchange(gap_, false); }

  // As DurableState's.
  const std::vector<FileMark>& marks() const { return marks_; }
  Status Save(const std::vector<FileMark>& marks, int output);

 private:
  KeptCorrelator(StateDirectory directory, Correlator* correlator)
      : directory_(std::move(directory)), correlator_(correlator) {}

  StateDirectory directory_;
  Correlator* correlator_;
  std::vector<FileMark> marks_;
  bool replays_ = false;
  bool gap_ = false;
};

}  // namespace vexevt
