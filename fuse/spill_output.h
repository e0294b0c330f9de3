// SpillOutput: frames to another output, through a thread of its own and a file without a name that holds what the
// other hasn't taken yet. So whoever writes here never waits for a reader, and nothing is lost while there is room on
// the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fuse/emitter.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class SpillOutput final : public FrameOutput {
 public:
  // The file lies in `directory`; empty: $TMPDIR, or /tmp. `output` outlives this.
  static Result<std::unique_ptr<SpillOutput>> Open(const std::string& directory, FrameOutput& output);
  ~SpillOutput() override { Close(); }

  // False: the disk is full; these frames are lost.
  bool Write(std::span<const std::byte> frames) override;

  // Returns when the other output has taken all.
  void Close();

 private:
  SpillOutput(UniqueFd file, FrameOutput& output);
  void Run();

  UniqueFd file_;
  FrameOutput& output_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  std::deque<std::size_t> blocks_;  // bytes of each Write that is in the file
  off_t read_at_ = 0, write_at_ = 0;
  std::thread thread_;
};

}  // namespace vexevt
