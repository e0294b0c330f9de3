// What outlives a run of vexevt-correlate (--state DIR): one file, written as a whole, so that the place in the input
// and what the patterns have kept are always of one moment.
//
//   vexevt correlate state 1\n   its version, and a hash of the rest (lib/match/sealed.h)
//   SavedRun                     (lib/base/packing.h)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/stream/append_file.h"
#include "lib/stream/checkpoint.h"

namespace vexevt {

struct SavedRun {
  bool ended = false;    // in order, so that nothing came behind what is said here
  bool replays = false;  // it read files, which give what came behind the marks once more
  std::vector<FileMark> marks;
  std::optional<FileEnd> output;  // up to there what came of that was written, to a file
  std::string patterns;           // what Correlator::Save wrote; empty: no run yet
};

std::string PrintSavedRun(const SavedRun& run);
// kDataLoss for what PrintSavedRun does not write.
Result<SavedRun> ParseSavedRun(std::string_view bytes);

// The directory of --state, which one run at a time has.
class StateDirectory {
 public:
  // Makes it where it is not there. kUnavailable: another run has it.
  static Result<StateDirectory> Open(std::string path);

  // A first run where there is none yet. Fails, too, where what it has found could not be written again.
  Result<SavedRun> Load() const;
  Status Save(const SavedRun& run) const;  // durably

 private:
  StateDirectory() = default;

  std::string file_;
  UniqueFd lock_;
};

}  // namespace vexevt
