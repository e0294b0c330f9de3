// Readers: the connections that a port's queue goes out over: one, or where it listens as many as there are. Each takes
// the queue's bytes at its own pace; what the slowest has not had stays in the queue. Not thread-safe; never waits.
#pragma once

#include <poll.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "lib/route/connection.h"
#include "lib/route/frame_queue.h"

namespace vexevt {

class Readers {
 public:
  // One that broke, at the last write with `error` (0: found so by poll).
  struct Broken {
    Connection connection;
    int error;
  };

  // It gets what comes after the first `ahead` bytes of the queue, which are whole frames.
  void Add(Connection connection, std::size_t ahead) { all_.push_back({std::move(connection), ahead}); }

  bool empty() const { return all_.empty(); }
  // Some of a queue of so many bytes could be written now, as far as is known.
  bool CanWrite(std::size_t queue_bytes) const;
  bool AllWait() const;  // for room
  bool AnyWaits() const;
  // How much of the queue those that do not wait have had: more than that is news to one of them.
  std::size_t lead() const;

  // Writes what there is room for.
  void Write(const FrameQueue& queue);
  // How many bytes all have had since the last call, for FrameQueue::Sent.
  std::size_t TakeSent();
  std::optional<Broken> TakeBroken();

  // `polls`: what became of the entries that AddPolls made, and of others.
  void AddPolls(std::vector<pollfd>* polls) const;
  void Polled(std::span<const pollfd> polls);

  // For the end.
  std::vector<Connection> TakeAll();
  bool regular() const { return all_.size() == 1 && all_.front().connection.regular; }

 private:
  struct Reader {
    Connection connection;
    std::size_t ahead = 0;
    bool waits = false;  // the last write found no room
    std::optional<int> broken;
  };

  void WriteTo(Reader& reader, const FrameQueue& queue);

  std::vector<Reader> all_;
};

}  // namespace vexevt
