// KeptRun: what --state DIR keeps of a run beside the place in its input, and what the run before it has left there.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/cli/options.h"
#include "lib/cli/saved_run.h"
#include "lib/stream/checkpoint.h"

namespace vexevt {

// How often it is kept: it is written as a whole, and nothing is read meanwhile.
inline constexpr std::uint64_t kStateInterval = 10 * kNsPerSecond;

class KeptRun {
 public:
  // What the run before has left is not looked at but for its form. kInvalidArgument: beside --checkpoint.
  static Result<KeptRun> Open(const CommonOptions& options, const std::string& directory, const StateFile& file);

  // What the tool had kept, once; empty: there was no run.
  std::string TakeState() { return std::exchange(before_.state, {}); }
  // Whether this run reads on from where that one had come to. Else it is not known what came between them.
  bool goes_on() const { return before_.replays && replays_; }
  bool was_killed() const { return !before_.ended; }

  // Takes away from the output of --append what a run that was killed wrote behind what it kept: that comes again. Not
  // before the state has been taken up.
  Status CutOutput(const CommonOptions& options) const;

  // As DurableState's.
  const std::vector<FileMark>& marks() const { return before_.marks; }
  Status Save(std::string state, const std::vector<FileMark>& marks, int output) const;

 private:
  KeptRun(StateDirectory directory, SavedRun before, bool replays)
      : directory_(std::move(directory)), before_(std::move(before)), replays_(replays) {}

  StateDirectory directory_;
  SavedRun before_;
  bool replays_;
};

}  // namespace vexevt
