// Port: one place to which frames go. It keeps what waits in a queue, writes without waiting, connects again when the
// connection broke, and says what was lost.
//
// What becomes of a frame when the queue is full is OnFull's to say. With kBlock nothing happens here: whoever feeds
// the port looks at blocked() and stops for as long as it holds. With kDrop the frame is dropped, and a vexevt.lost
// event with the count stands in its place. With kSpill it goes to files, and everything after it, until these are
// empty.
//
// After a broken connection the frame that was cut is sent again, whole. What the other end had not read by then is
// gone with the connection: where that is so, a vexevt.lost event of unknown count stands there.
//
// Not thread-safe.
#pragma once

#include <poll.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/id_source.h"
#include "lib/io/unix_socket.h"
#include "lib/route/connection.h"
#include "lib/route/frame_queue.h"
#include "lib/route/retry.h"
#include "lib/route/spill.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

// Something to tell the user.
struct Message {
  std::string text;
  bool warning = true;  // else it is good news
};

// What all ports of a process share. Outlives them.
struct PortContext {
  Clock* clock;
  EventIds* ids;
  std::vector<Message> messages;
};

struct PortOptions {
  EndpointName target;
  std::string name;  // in messages: "endpoint 'log'"
  std::string spec;  // the target as it was written
  std::uint64_t queue_bytes = 16u << 20;
  OnFull on_full = OnFull::kBlock;
  std::string spill;  // directory
  std::uint64_t spill_max_bytes = 0;
  RetryPolicy retry;
};

struct PortCounters {
  std::uint64_t sent_bytes = 0;
  std::uint64_t dropped = 0;   // events
  std::uint64_t failures = 0;  // connections that broke or could not be made
};

class Port {
 public:
  enum class State : std::uint8_t {
    kDown,       // tried again at next_try_ns()
    kListening,  // waits for whoever reads
    kOpen,
    kGone,  // standard output whose reader has gone: for good
  };

  Port(PortOptions options, PortContext* context);
  ~Port();
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  // Opens the spill and makes the first attempt to connect. A spill that can't be used is an error, and an address that
  // can't ever be right; what doesn't connect is tried again.
  Status Start();

  // False: the frame was dropped.
  bool Append(std::span<const std::byte> frame) {
    if (queue_.bytes() + frame.size() > smooth_bytes_) [[unlikely]]
      return AppendFallback(frame);
    queue_.Append(frame);
    return true;
  }

  // Writes what can be written without waiting.
  void Flush();

  // The barrier of this token was appended: it is acknowledged once it is in the file that this port writes, if it does
  // write one; else whoever reads will.
  void ExpectBarrier(std::string_view token);

  // Whoever feeds should wait: the queue is full and nothing may be dropped.
  bool blocked() const {
    if (spill_ != nullptr) return spilling_ && (spill_->full() || spill_->buffered() > options_.queue_bytes);
    return options_.on_full == OnFull::kBlock && queue_.bytes() >= options_.queue_bytes;
  }
  // Takes frames now, as far as is known.
  bool up() const { return state_ == State::kOpen; }
  bool full() const { return queue_.bytes() >= options_.queue_bytes || spilling_; }
  State state() const { return state_; }
  // Has something to do that is not up to whoever feeds: wait for room, for a reader, for the next attempt.
  bool waits() const { return waits_ || state_ == State::kDown || state_ == State::kListening; }

  // Waits for its connection, or for a time.
  bool AddPoll(std::vector<pollfd>* polls) const;
  void Polled(short events);
  std::uint64_t next_try_ns() const;  // the largest value: never
  void TryIfDue(std::uint64_t now_ns);

  bool drained() const { return queue_.empty() && dropped_run_ == 0 && (spill_ == nullptr || spill_->drained()); }
  bool spills() const { return spill_ != nullptr; }
  // Tells of the drops that no later event has made room for.
  void TellDrops();
  // Takes nothing, and is not likely to soon: for good, or so many attempts in a row failed that it is left alone.
  bool failed() const { return state_ == State::kGone || (state_ == State::kDown && retry_.open()); }
  // Tries again now, where it is down.
  void TryNow();

  // The unsent frames, for another port to take; the queue is then empty. Only when it is not open and does not spill.
  std::deque<FrameQueue::Chunk> TakeFrames();

  // `options` from here on; target and spill are the same.
  void Redefine(PortOptions options);

  // The end: what is unsent goes to the spill, or is undelivered and counted; the connection is closed, a command
  // waited for.
  Status Close();

  std::size_t queued_bytes() const { return queue_.bytes(); }
  std::uint64_t spilled_bytes() const { return spill_ ? spill_->unread_bytes() : 0; }
  const PortCounters& counters() const { return counters_; }
  const PortOptions& options() const { return options_; }

 private:
  static constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();

  bool AppendFallback(std::span<const std::byte> frame);
  void AppendLost(std::uint64_t count, bool in_front);
  void Write();
  bool Refill();
  void Spilled();
  Status Try();
  void Opened(Connection connection);
  void Broke(int error);
  void Failed(std::string why, std::uint64_t lasted_ns);
  void SetSmooth();
  void AnswerBarriers();
  Status SaveQueue();
  void Tell(std::string text, bool warning = true);

  PortOptions options_;
  PortContext* context_;
  FrameQueue queue_;
  std::unique_ptr<Spill> spill_;
  std::vector<std::string> barriers_;  // tokens, not yet answered for
  bool spilling_ = false;              // everything goes through the spill
  bool spill_failed_ = false;          // and that was told
  State state_ = State::kDown;
  bool waits_ = false;  // the last write found no room
  Connection connection_;
  std::optional<UnixListener> listener_;
  Retry retry_;
  std::uint64_t opened_ns_ = 0;
  bool told_down_ = false;
  std::uint64_t dropped_run_ = 0;  // events dropped since the last one that was taken
  std::size_t smooth_bytes_ = 0;   // up to here, Append only copies
  std::vector<pid_t> leftovers_;   // commands that go on without their input
  PortCounters counters_;
};

}  // namespace vexevt
