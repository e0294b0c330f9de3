// Port: one place to which frames go. It keeps what waits in a queue, writes without waiting, connects again when the
// connection broke, and says what was lost.
//
// What becomes of a frame when the queue is full is OnFull's to say. With kBlock nothing happens here: whoever feeds
// the port looks at blocked() and stops for as long as it holds. With kDrop and kDropOld only what is being written is
// in the queue and the rest in a backlog, which sheds the least urgent events; a vexevt.lost event with the count
// stands in their place. With kSpill it goes to files, and everything after it, until these are empty.
//
// Where it listens, any number may read: each gets every frame from when it connects, at its own pace; what the slowest
// has not had waits. While there is none, frames wait for the first one.
//
// After a broken connection the frame that was cut is sent again, whole. What the other end had not read by then is
// gone with the connection: where that is so, a vexevt.lost event of unknown count stands there. (Of several that read,
// that goes for the last one.)
//
// A port with dead letters gives up when its breaker opens: what waits goes there, and what comes, until an attempt
// succeeds.
//
// Not thread-safe.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/id_source.h"
#include "lib/io/unix_socket.h"
#include "lib/route/backlog.h"
#include "lib/route/connection.h"
#include "lib/route/frame_queue.h"
#include "lib/route/readers.h"
#include "lib/route/retry.h"
#include "lib/route/spill.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

// Something to tell the user.
struct Message {
  std::string text;
  bool warning = true;  // else it is good news
};

// An event that an endpoint could not deliver.
struct DeadLetter {
  std::string_view to;    // the endpoint that gets it
  std::string_view from;  // the one that could not
  std::string_view why;
  std::span<const std::byte> frame;
};

// What all ports of a process share. Outlives them.
struct PortContext {
  Clock* clock;
  EventIds* ids;
  std::vector<Message> messages;
  std::function<bool(const DeadLetter&)> take_dead;  // false: there is no such endpoint (any more)
  std::uint64_t gaps = 0;                            // vexevt.lost events made
};

struct PortOptions {
  EndpointName target;
  std::string name;  // in messages: "endpoint 'log'"
  std::string spec;  // the target as it was written
  std::uint64_t queue_bytes = 16u << 20;
  OnFull on_full = OnFull::kBlock;
  std::string spill;  // directory
  std::uint64_t spill_max_bytes = 0;
  std::string dead_letter;  // endpoint; empty: none
  RetryPolicy retry;
};

struct PortCounters {
  std::uint64_t sent_bytes = 0;
  std::uint64_t dead = 0;      // events given to the dead letters
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

  // How many events were dropped: this one, or others for it.
  std::size_t Append(std::span<const std::byte> frame) {
    if (queue_.bytes() + frame.size() > smooth_bytes_) [[unlikely]]
      return AppendFallback(frame);
    queue_.Append(frame);
    return 0;
  }
  // The same for one that tells of the stream, and goes to all endpoints.
  std::size_t AppendToldOfStream(const EventView& event);

  // Writes what can be written without waiting.
  void Flush();

  // Whoever feeds should wait: the queue is full and nothing may be dropped.
  bool blocked() const {
    if (spill_ != nullptr) return spilling_ && (spill_->full() || spill_->buffered() > options_.queue_bytes);
    return options_.on_full == OnFull::kBlock && queue_.bytes() >= options_.queue_bytes;
  }
  // Takes frames now, as far as is known.
  bool up() const { return state_ == State::kOpen; }
  bool full() const {
    return queue_.bytes() >= options_.queue_bytes || spilling_ || backlog_.bytes() >= options_.queue_bytes / 4 * 3;
  }
  State state() const { return state_; }
  // Has something to do that is not up to whoever feeds: wait for room, for a reader, for the next attempt.
  bool waits() const { return readers_.AnyWaits() || state_ == State::kDown || listener_.has_value(); }

  // Waits for its connections, or for a time. `polls`: what became of the entries that AddPolls made.
  void AddPolls(std::vector<pollfd>* polls) const;
  void Polled(std::span<const pollfd> polls);
  std::uint64_t next_try_ns() const;  // the largest value: never
  void TryIfDue(std::uint64_t now_ns);

  bool drained() const {
    return queue_.empty() && backlog_.empty() && !backlog_.has_loss() && (spill_ == nullptr || spill_->drained());
  }
  bool spills() const { return spill_ != nullptr; }
  // Something is in memory only: neither written nor spilled.
  bool holds_back() const {
    return !queue_.empty() || !backlog_.empty() || backlog_.has_loss() || (spill_ != nullptr && spill_->buffered() > 0);
  }
  // Takes nothing, and is not likely to soon: for good, or so many attempts in a row failed that it is left alone.
  bool failed() const { return state_ == State::kGone || (state_ == State::kDown && retry_.open()); }
  // Tries again now, where it is down.
  void TryNow();

  // The unsent frames, for another port to take; there are none left then. Only when it is not open and does not spill.
  std::deque<FrameQueue::Chunk> TakeFrames();

  // `options` from here on; target and spill are the same.
  void Redefine(PortOptions options);

  // The end: what is unsent goes to the spill, or is undelivered and counted; the connection is closed, a command
  // waited for.
  Status Close();

  std::size_t queued_bytes() const { return queue_.bytes() + backlog_.bytes(); }
  std::uint64_t spilled_bytes() const { return spill_ ? spill_->unread_bytes() : 0; }
  const PortCounters& counters() const { return counters_; }
  const Backlog::Counts& dropped() const { return backlog_.shed_counts(); }  // events, by Urgency
  const PortOptions& options() const { return options_; }

 private:
  static constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();

  bool drops() const { return options_.on_full == OnFull::kDrop || options_.on_full == OnFull::kDropOld; }
  bool gives_up() const { return !options_.dead_letter.empty() && state_ == State::kDown && retry_.open(); }
  std::size_t AppendFallback(std::span<const std::byte> frame);
  void AppendLost(std::uint64_t count, bool in_front);
  void Write();
  std::size_t room() const;
  bool Fits(std::span<const std::byte> frame) const;
  void Refill();
  void TakeFromBacklog(std::size_t most);
  void Spilled();
  Status Try();
  void Accept();
  void Opened(Connection connection);
  void LookAtBroken();
  void Broke(Readers::Broken last);
  void Failed(std::string why, std::uint64_t lasted_ns);
  bool GiveUp(std::span<const std::byte> frame);
  void GiveUpAll();
  void SetSmooth();
  void ExpectBarrier(std::string_view token);
  void AnswerBarriers();
  Status SaveQueue();
  void Tell(std::string text, bool warning = true);

  PortOptions options_;
  PortContext* context_;
  FrameQueue queue_;
  Backlog backlog_;  // behind the queue, where it drops
  std::unique_ptr<Spill> spill_;
  std::vector<std::string> barriers_;  // tokens, not yet answered for
  bool spilling_ = false;              // everything goes through the spill
  bool spill_failed_ = false;          // and that was told
  State state_ = State::kDown;
  Readers readers_;
  std::optional<UnixListener> listener_;
  std::uint64_t accept_ns_ = 0;  // not before: accepting failed; 0: at any time
  Retry retry_;
  std::uint64_t opened_ns_ = 0;
  bool told_down_ = false;
  bool told_drops_ = false;
  std::string why_down_;
  std::size_t smooth_bytes_ = 0;  // up to here, Append only copies
  std::vector<pid_t> leftovers_;  // commands that go on without their input
  PortCounters counters_;
};

}  // namespace vexevt
