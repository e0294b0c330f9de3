// What outlives a run with --state DIR: one file, written as a whole, so that the place in the input and what the tool
// has kept are always of one moment.
//
//   vexevt correlate state 1\n   the tool's, its version, and a hash of the rest (lib/match/sealed.h)
//   SavedRun                     (lib/base/packing.h)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/match/sealed.h"
#include "lib/stream/append_file.h"
#include "lib/stream/checkpoint.h"

namespace vexevt {

struct SavedRun {
  bool ended = false;    // in order, so that nothing came behind what is said here
  bool replays = false;  // it read files, which give what came behind the marks once more
  std::vector<FileMark> marks;
  std::optional<FileEnd> output;  // up to there what came of that was written, to a file
  std::string state;              // what the tool has kept; empty: no run yet
};

std::string PrintSavedRun(const SealKind& seal, const SavedRun& run);
// kDataLoss for what PrintSavedRun does not write.
Result<SavedRun> ParseSavedRun(const SealKind& seal, std::string_view bytes);

// A tool's state in the directory of --state.
struct StateFile {
  std::string_view name;
  SealKind seal;
};

// What was saved last, also while a run has the directory; a first run, ended, where nothing was. kDataLoss: the file
// is damaged, and named in the error.
Result<SavedRun> ReadSavedRun(const std::string& directory, const StateFile& file);

// The directory of --state, which one run at a time has.
class StateDirectory {
 public:
  // Makes it where it is not there. kUnavailable: another run has it.
  static Result<StateDirectory> Open(std::string path, const StateFile& file);

  // As ReadSavedRun. Fails, too, where what it has found could not be written again.
  Result<SavedRun> Load() const;
  Status Save(const SavedRun& run) const;  // durably

 private:
  StateDirectory(std::string path, const StateFile& file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  StateFile file_;
  UniqueFd lock_;
};

}  // namespace vexevt
