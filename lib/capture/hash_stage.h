// HashStage: gives each fs.close-write event of a stream the attribute "hash", what the file held when it was read soon
// after (ContentHash), or "hash.missing", why there is none. Files are read by a thread of its own, so that whoever
// drains a source never waits for a disk. Events stay in order: what follows a file that is being read is held. When
// more is held than kMostHeld, the oldest file is given up ("busy").
//
// One thread calls the members.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/content_hash.h"
#include "lib/event/edit.h"

namespace vexevt {

class HashStage {
 public:
  static constexpr std::size_t kMostHeld = std::size_t{8} << 20;  // bytes of frames

  // Larger files than `most_bytes` are not read. kResourceExhausted where no thread may be had.
  static Result<std::unique_ptr<HashStage>> Start(std::uint64_t most_bytes);
  ~HashStage();  // what is held is gone

  int fd() const { return wake_.get(); }  // readable (POLLIN): Pass has something to give

  // Takes whole frames; gives those that are next, which may be none or `frames` itself. Valid until the next call.
  std::span<const std::byte> Pass(std::span<const std::byte> frames);
  // Waits for what is held, and gives it.
  std::span<const std::byte> Finish();

 private:
  struct Job {
    std::string path;
    std::uint64_t inode = 0;
    ContentHash result;             // the worker's, until done is seen
    std::atomic<bool> done{false};  // released by the worker after result
    std::atomic<bool> given_up{false};
  };
  struct Held {
    std::vector<std::byte> frames;  // one, where there is a job
    std::shared_ptr<Job> job;       // the worker holds it as well, until it sees that it was given up
  };

  explicit HashStage(std::uint64_t most_bytes);

  void Hold(std::span<const std::byte> frame);
  void Release();  // what is next and done goes to out_
  void AppendHashed(std::span<const std::byte> frame, const ContentHash& hash);
  void Work();

  std::uint64_t most_bytes_;
  UniqueFd wake_;
  std::deque<Held> held_;
  std::size_t held_bytes_ = 0;
  FrameEditor editor_;
  std::vector<std::byte> out_, edited_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::shared_ptr<Job>> jobs_;  // guarded by mutex_
  std::atomic<bool> stop_{false};          // set under mutex_
  std::thread worker_;                     // none where it could not be started
};

}  // namespace vexevt
