#include "lib/route/port.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/event/encode.h"
#include "lib/event/lost_event.h"
#include "lib/stream/barrier.h"
#include "lib/stream/listen_socket.h"

namespace vexevt {
namespace {

// What is gathered before it is written, while more comes.
constexpr std::size_t kWriteBytes = std::size_t{64} << 10;
constexpr std::size_t kPieces = 16;

ssize_t WritePieces(const Connection& connection, std::span<iovec> pieces) {
  if (!connection.socket) return ::writev(connection.fd.get(), pieces.data(), static_cast<int>(pieces.size()));
  msghdr message = {};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  return ::sendmsg(connection.fd.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Port::Port(PortOptions options, PortContext* context)
    : options_(std::move(options)), context_(context), retry_(options_.retry) {}

Port::~Port() {
  if (connection_.fd) Abandon(std::move(connection_));
}

Status Port::Start() {
  if (options_.on_full == OnFull::kSpill) {
    VEXEVT_ASSIGN(spill_, Spill::Open(options_.spill, options_.spill_max_bytes));
    spilling_ = !spill_->drained();
  }
  VEXEVT_TRY(Try());
  Flush();
  return {};
}

void Port::Tell(std::string text, bool warning) {
  context_->messages.push_back({fmt::format("endpoint '{}': {}", options_.name, text), warning});
}

// Below smooth_bytes_ a frame can be appended without a thought: the queue has room, and too little for a write.
void Port::SetSmooth() {
  if (spilling_ || dropped_run_ > 0 || state_ == State::kGone) {
    smooth_bytes_ = 0;
  } else if (state_ == State::kOpen && !waits_) {
    smooth_bytes_ = std::min<std::size_t>(kWriteBytes, options_.queue_bytes);
  } else {
    smooth_bytes_ = options_.on_full == OnFull::kBlock ? std::numeric_limits<std::size_t>::max() : options_.queue_bytes;
  }
}

bool Port::AppendFallback(std::span<const std::byte> frame) {
  if (state_ == State::kGone) return false;
  if (up() && !waits_) Write();
  bool fits = queue_.bytes() + frame.size() <= options_.queue_bytes || queue_.empty();
  if (options_.on_full == OnFull::kDrop) {
    // After a drop, a quarter of the queue has to be free again: else every other event might be a gap.
    if (dropped_run_ > 0) fits = queue_.bytes() + frame.size() <= options_.queue_bytes / 4 * 3 || queue_.empty();
    if (!fits) {
      if (counters_.dropped == 0) Tell("its queue is full: events are dropped");
      ++dropped_run_;
      ++counters_.dropped;
      SetSmooth();
      return false;
    }
    TellDrops();
  } else if (options_.on_full == OnFull::kSpill && (spilling_ || !fits)) {
    spilling_ = true;
    spill_->Append(frame);
    if (spill_->buffered() >= kWriteBytes) Spilled();
    SetSmooth();
    return true;
  }
  queue_.Append(frame);
  SetSmooth();
  return true;
}

void Port::TellDrops() {
  if (dropped_run_ == 0) return;
  AppendLost(dropped_run_, false);
  dropped_run_ = 0;
  SetSmooth();
}

void Port::AppendLost(std::uint64_t count, bool in_front) {
  std::string cause = fmt::format("endpoint {}", options_.name);
  std::vector<std::byte> frame;
  AppendFrame(LostEvent({.cause = cause, .count = count}, context_->ids), &frame);
  if (in_front) {
    queue_.PushFront(frame);
  } else {
    queue_.Append(frame);
  }
}

// Writes what waits in the spill's buffer to its files.
void Port::Spilled() {
  Status flushed = spill_->Flush();
  if (!flushed.ok() && !spill_failed_) Tell(fmt::format("cannot spill, so everything waits: {}", flushed.message()));
  spill_failed_ = !flushed.ok();
}

// Takes from the spill while there is room. False: nothing came.
bool Port::Refill() {
  bool any = false;
  while (spilling_ && up() && queue_.bytes() < kWriteBytes) {
    if (spill_->drained()) {
      // Only once all is sent, and so acknowledged: what comes next may then overtake nothing.
      if (queue_.empty()) spilling_ = false;
      break;
    }
    Result<bool> read = spill_->Read(&queue_);
    if (!read.ok()) {
      Tell(read.status().message());
      AppendLost(0, false);
    } else if (!*read) {
      break;
    }
    any = true;
  }
  if (!spilling_) SetSmooth();
  return any;
}

void Port::Flush() {
  if (spill_ != nullptr && spill_->buffered() > 0) Spilled();
  if (!up()) return;
  if (spilling_) Refill();
  if (!waits_ && !queue_.empty()) Write();
  if (!barriers_.empty()) [[unlikely]]
    AnswerBarriers();
}

void Port::ExpectBarrier(std::string_view token) {
  // While it is down they gather; who waits for more than these has given up by now.
  constexpr std::size_t kMost = 64;
  bool file = options_.target.kind == EndpointKind::kFile || options_.target.kind == EndpointKind::kStandard;
  if (file && barriers_.size() < kMost) barriers_.emplace_back(token);
}

void Port::AnswerBarriers() {
  if (!up() || !drained()) return;
  if (connection_.regular) {
    for (const std::string& token : barriers_) AcknowledgeBarrier(token);
  }
  barriers_.clear();
}

void Port::Write() {
  while (up() && !queue_.empty()) {
    iovec pieces[kPieces];
    std::size_t count = queue_.Gather(pieces);
    ssize_t written = WritePieces(connection_, std::span(pieces, count));
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        waits_ = true;
        SetSmooth();
      } else {
        Broke(errno);
      }
      return;
    }
    counters_.sent_bytes += static_cast<std::uint64_t>(written);
    if (auto done = queue_.Sent(static_cast<std::size_t>(written)); done && spill_ != nullptr) {
      if (Status status = spill_->Acknowledge(*done); !status.ok()) Tell(status.message());
    }
    if (spilling_) Refill();
  }
}

// kInvalidArgument where no attempt can ever work; what else fails is tried again.
Status Port::Try() {
  std::erase_if(leftovers_, [](pid_t child) { return Reap(child); });
  Status failure;
  if (options_.target.kind == EndpointKind::kUnixListen) {
    auto listener = ListenAt(options_.target.rest);
    if (listener.ok()) {
      listener_.emplace(std::move(*listener));
      state_ = State::kListening;
      SetSmooth();
      return {};
    }
    failure = std::move(listener).status();
  } else {
    auto connection = Connect(options_.target);
    if (connection.ok()) {
      Opened(std::move(*connection));
      return {};
    }
    failure = std::move(connection).status();
  }
  Failed(failure.message(), 0);
  return failure.code() == StatusCode::kInvalidArgument ? std::move(failure) : Status();
}

void Port::Opened(Connection connection) {
  connection_ = std::move(connection);
  state_ = State::kOpen;
  waits_ = false;
  opened_ns_ = context_->clock->Now().mono_ns;
  if (told_down_) Tell("open again", false);
  told_down_ = false;
  SetSmooth();
}

void Port::Broke(int error) {
  // A frame that is cut stands at the end of a file and would spoil what comes after it.
  bool lost = LostInFlight(connection_, error);
  std::size_t cut = queue_.Rewind();
  if (connection_.regular && cut > 0) {
    struct stat file;
    if (::fstat(connection_.fd.get(), &file) == 0 && S_ISREG(file.st_mode)) {
      [[maybe_unused]] int done = ::ftruncate(connection_.fd.get(), file.st_size - static_cast<off_t>(cut));
      ::lseek(connection_.fd.get(), 0, SEEK_END);
    }
  }
  if (lost) AppendLost(0, true);
  if (pid_t child = Abandon(std::move(connection_)); child > 0) leftovers_.push_back(child);
  connection_ = {};
  std::uint64_t lasted = context_->clock->Now().mono_ns - opened_ns_;
  std::string why = error == EPIPE || error == ECONNRESET || error == 0
                        ? fmt::format("'{}' has closed the connection", options_.spec)
                        : ErrnoStatus(fmt::format("cannot write '{}'", options_.spec), error).message();
  if (lost) why += "; what it had not read is lost";
  if (listener_) {
    Tell(std::move(why));
    state_ = State::kListening;
    SetSmooth();
  } else if (options_.target.kind == EndpointKind::kStandard && (error == EPIPE || error == 0)) {
    state_ = State::kGone;
    queue_.Take();
    dropped_run_ = 0;
    SetSmooth();
  } else {
    Failed(std::move(why), lasted);
  }
}

void Port::Failed(std::string why, std::uint64_t lasted_ns) {
  state_ = State::kDown;
  ++counters_.failures;
  retry_.Failed(context_->clock->Now().mono_ns, lasted_ns);
  // Once for each time that it goes down, and once when the breaker opens.
  if (!told_down_ || retry_.failures() == options_.retry.failures) {
    Tell(fmt::format("{}; next attempt in {}", why, RoundedDuration(retry_.delay_ns())));
  }
  told_down_ = true;
  SetSmooth();
}

bool Port::AddPoll(std::vector<pollfd>* polls) const {
  if (state_ == State::kListening) {
    polls->push_back({.fd = listener_->fd(), .events = POLLIN, .revents = 0});
  } else if (up() && !connection_.regular) {
    short wanted = waits_ ? POLLOUT : 0;  // that the other end has gone is always told
    polls->push_back({.fd = connection_.fd.get(), .events = wanted, .revents = 0});
  } else {
    return false;
  }
  return true;
}

void Port::Polled(short events) {
  if (events == 0) return;
  if (state_ == State::kListening) {
    auto socket = listener_->Accept();
    if (!socket.ok() || !*socket) return;
    Opened(Accepted(std::move(*socket)));
  } else if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
    Broke(0);
    return;
  }
  waits_ = false;
  SetSmooth();
  Flush();
}

std::uint64_t Port::next_try_ns() const { return state_ == State::kDown ? retry_.next_ns() : kForEver; }

void Port::TryIfDue(std::uint64_t now_ns) {
  if (now_ns >= next_try_ns()) TryNow();
}

void Port::TryNow() {
  if (state_ != State::kDown) return;
  if (Try().ok()) Flush();
}

void Port::Redefine(PortOptions options) {
  options_ = std::move(options);
  retry_.SetPolicy(options_.retry);
  if (spill_ != nullptr) spill_->set_max_bytes(options_.spill_max_bytes);
  if (options_.on_full != OnFull::kDrop) TellDrops();
  SetSmooth();
}

std::deque<FrameQueue::Chunk> Port::TakeFrames() {
  barriers_.clear();
  return queue_.Take();
}

// The queue is frames that never were in the spill, then copies of blocks that still are.
Status Port::SaveQueue() {
  VEXEVT_TRY(spill_->Flush());
  std::vector<std::byte> frames;
  bool copies = false;
  for (const FrameQueue::Chunk& chunk : queue_.Take()) {
    if (chunk.block) {
      SpillMark mark = *chunk.block;
      mark.skip += chunk.sent;
      if (!copies && chunk.sent > 0) VEXEVT_TRY(spill_->Acknowledge(mark));
      copies = true;
    } else {
      frames.insert(frames.end(), chunk.data() + chunk.sent, chunk.data() + chunk.used);
    }
  }
  return frames.empty() ? Status() : spill_->Prepend(frames);
}

Status Port::Close() {
  TellDrops();
  Flush();
  queue_.Rewind();
  if (counters_.dropped > 0) Tell(fmt::format("{} events were dropped", counters_.dropped));
  std::uint64_t left = queue_.CountFrames();
  Status status;
  if (spill_ != nullptr && !drained()) {
    status = SaveQueue();
    if (status.ok())
      Tell(fmt::format("{} stay in '{}' for the next run", RoundedSize(spill_->unread_bytes()), options_.spill));
  } else if (left > 0 && state_ != State::kGone) {
    status = Status(StatusCode::kIoError, fmt::format("{} events were not delivered", left));
  }
  if (connection_.fd) {
    Status closed = Disconnect(std::exchange(connection_, {}), options_.target);
    if (status.ok()) status = std::move(closed);
  }
  listener_.reset();
  if (state_ != State::kGone) state_ = State::kDown;
  return std::move(status).WithContext(fmt::format("endpoint '{}'", options_.name));
}

}  // namespace vexevt
