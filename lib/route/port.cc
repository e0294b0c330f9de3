#include "lib/route/port.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "lib/event/encode.h"
#include "lib/event/lost_event.h"
#include "lib/stream/barrier.h"
#include "lib/stream/listen_socket.h"

namespace vexevt {
namespace {

// What is gathered before it is written, while more comes.
constexpr std::size_t kWriteBytes = std::size_t{64} << 10;
constexpr std::uint64_t kAcceptAgainNs = kNsPerSecond;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

Backlog::Shed ShedOf(OnFull on_full) {
  return on_full == OnFull::kDropOld ? Backlog::Shed::kOldest : Backlog::Shed::kNewest;
}

}  // namespace

Port::Port(PortOptions options, PortContext* context)
    : options_(std::move(options)),
      context_(context),
      backlog_(options_.queue_bytes, ShedOf(options_.on_full)),
      retry_(options_.retry) {}

Port::~Port() {
  for (Connection& connection : readers_.TakeAll()) Abandon(std::move(connection));
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
  if (spilling_ || !backlog_.empty() || backlog_.has_loss() || state_ == State::kGone || gives_up()) {
    smooth_bytes_ = 0;
  } else if (state_ == State::kOpen && !readers_.AllWait()) {
    smooth_bytes_ = std::min(readers_.lead() + kWriteBytes, room());
  } else {
    smooth_bytes_ = options_.on_full == OnFull::kBlock ? kAll : room();
  }
}

std::size_t Port::AppendFallback(std::span<const std::byte> frame) {
  if (state_ == State::kGone) return 1;
  if (gives_up()) {
    if (!drained()) GiveUpAll();
    if (GiveUp(frame)) return 0;
  }
  if (readers_.CanWrite(queue_.bytes())) Write();
  std::size_t dropped = 0;
  if (options_.on_full == OnFull::kSpill && (spilling_ || !Fits(frame))) {
    spilling_ = true;
    spill_->Append(frame);
    if (spill_->buffered() >= kWriteBytes) Spilled();
  } else if (drops() && (!backlog_.empty() || backlog_.has_loss() || !Fits(frame))) {
    dropped = backlog_.Add(frame);
    if (dropped > 0 && !std::exchange(told_drops_, true)) Tell("its queue is full: events are dropped");
  } else {
    queue_.Append(frame);
  }
  SetSmooth();
  return dropped;
}

// Of what is dropped when there is too much, only what is being written is in the queue.
std::size_t Port::room() const {
  return drops() ? std::min<std::size_t>(kWriteBytes, options_.queue_bytes) : options_.queue_bytes;
}

bool Port::Fits(std::span<const std::byte> frame) const {
  return queue_.empty() || queue_.bytes() + frame.size() <= room();
}

std::size_t Port::AppendToldOfStream(const EventView& event) {
  const bool barrier = event.type() == kVexevtBarrier;
  if (gives_up()) {
    // The dead letters have one of their own, behind all that was given up.
    if (barrier) AcknowledgeBarrier(BarrierToken(event));
    return 0;
  }
  const std::size_t dropped = Append(event.frame());
  if (barrier) ExpectBarrier(BarrierToken(event));
  return dropped;
}

void Port::AppendLost(std::uint64_t count, bool in_front) {
  std::string cause = fmt::format("endpoint {}", options_.name);
  std::vector<std::byte> frame;
  ++context_->gaps;
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

// What waits behind the queue, and the losses there, go into it until it holds `most` bytes.
void Port::TakeFromBacklog(std::size_t most) {
  while (queue_.bytes() < most && (!backlog_.empty() || backlog_.has_loss())) {
    Backlog::Loss loss = backlog_.TakeLoss();
    if (loss.events > 0) AppendLost(loss.events, false);
    if (loss.more) AppendLost(0, false);
    if (backlog_.empty()) return;
    queue_.Append(backlog_.front());
    backlog_.Pop();
  }
}

// Takes from what is behind the queue while there is room.
void Port::Refill() {
  TakeFromBacklog(std::max<std::size_t>(room(), 1));
  while (spilling_ && up() && queue_.bytes() < kWriteBytes) {
    if (spill_->drained()) {
      // Only once all is sent, and so acknowledged: what comes next may then overtake nothing.
      if (queue_.empty()) spilling_ = false;
      return;
    }
    Result<bool> read = spill_->Read(&queue_);
    if (!read.ok()) {
      Tell(read.status().message());
      AppendLost(0, false);
    } else if (!*read) {
      return;
    }
  }
}

void Port::Flush() {
  if (spill_ != nullptr && spill_->buffered() > 0) Spilled();
  if (!up()) return;
  Refill();
  Write();
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
  if (readers_.regular()) {
    for (const std::string& token : barriers_) AcknowledgeBarrier(token);
  }
  barriers_.clear();
}

void Port::Write() {
  while (up() && readers_.CanWrite(queue_.bytes())) {
    readers_.Write(queue_);
    std::size_t sent = readers_.TakeSent();
    counters_.sent_bytes += sent;
    if (auto done = queue_.Sent(sent); done && spill_ != nullptr) {
      if (Status status = spill_->Acknowledge(*done); !status.ok()) Tell(status.message());
    }
    LookAtBroken();
    if (up()) Refill();
  }
  SetSmooth();
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

void Port::Accept() {
  for (;;) {
    auto socket = listener_->Accept();
    if (!socket.ok()) {
      Tell(socket.status().message());
      accept_ns_ = context_->clock->Now().mono_ns + kAcceptAgainNs;
      return;
    }
    if (!*socket) return;
    Opened(Accepted(std::move(*socket)));
  }
}

void Port::Opened(Connection connection) {
  readers_.Add(std::move(connection), readers_.empty() ? 0 : queue_.bytes());
  state_ = State::kOpen;
  opened_ns_ = context_->clock->Now().mono_ns;
  if (told_down_) Tell("open again", false);
  told_down_ = false;
  SetSmooth();
}

void Port::LookAtBroken() {
  while (auto broken = readers_.TakeBroken()) {
    if (readers_.empty()) return Broke(std::move(*broken));
    queue_.Sent(readers_.TakeSent());  // the others may have had more
  }
}

// The only connection there was.
void Port::Broke(Readers::Broken last) {
  auto& [connection, error] = last;
  // A frame that is cut stands at the end of a file and would spoil what comes after it.
  bool lost = LostInFlight(connection, error);
  std::size_t cut = queue_.Rewind();
  if (connection.regular && cut > 0) {
    struct stat file;
    if (::fstat(connection.fd.get(), &file) == 0 && S_ISREG(file.st_mode)) {
      [[maybe_unused]] int done = ::ftruncate(connection.fd.get(), file.st_size - static_cast<off_t>(cut));
      ::lseek(connection.fd.get(), 0, SEEK_END);
    }
  }
  if (lost) AppendLost(0, true);
  if (pid_t child = Abandon(std::move(connection)); child > 0) leftovers_.push_back(child);
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
    TakeFromBacklog(kAll);
    queue_.Take();
    SetSmooth();
  } else {
    Failed(std::move(why), lasted);
  }
}

void Port::Failed(std::string why, std::uint64_t lasted_ns) {
  state_ = State::kDown;
  ++counters_.failures;
  retry_.Failed(context_->clock->Now().mono_ns, lasted_ns);
  const bool opens = retry_.failures() == options_.retry.failures;
  // Once for each time that it goes down, and once when the breaker opens.
  if (!told_down_ || opens) {
    Tell(fmt::format("{}; next attempt in {}{}", why, RoundedDuration(retry_.delay_ns()),
                     opens && gives_up() ? fmt::format(", until then to '{}'", options_.dead_letter) : ""));
  }
  told_down_ = true;
  why_down_ = std::move(why);
  if (gives_up()) GiveUpAll();
  SetSmooth();
}

// False: there is nowhere to give it.
bool Port::GiveUp(std::span<const std::byte> frame) {
  EventView event;
  if (!EventView::Bind(frame, &event)) return false;  // can't be: only what Bind took came here
  // What tells of the stream goes to every endpoint, the dead letters among them; but for a gap of our own.
  if (event.type() == kVexevtBarrier) AcknowledgeBarrier(BarrierToken(event));
  if (TellsOfStream(event.type()) && event.id().source != context_->ids->source()) return true;
  if (!context_->take_dead ||
      !context_->take_dead({.to = options_.dead_letter, .from = options_.name, .why = why_down_, .frame = frame})) {
    return false;
  }
  ++counters_.dead;
  return true;
}

void Port::GiveUpAll() {
  barriers_.clear();
  TakeFromBacklog(kAll);
  for (const FrameQueue::Chunk& chunk : queue_.Take()) {
    ForEachFrame(chunk, [&](std::span<const std::byte> frame) {
      if (!GiveUp(frame)) queue_.Append(frame);
    });
  }
}

void Port::AddPolls(std::vector<pollfd>* polls) const {
  if (listener_ && accept_ns_ == 0) polls->push_back({.fd = listener_->fd(), .events = POLLIN, .revents = 0});
  readers_.AddPolls(polls);
}

void Port::Polled(std::span<const pollfd> polls) {
  readers_.Polled(polls);
  LookAtBroken();
  auto someone = [&](const pollfd& entry) { return entry.fd == listener_->fd() && entry.revents != 0; };
  if (listener_ && std::ranges::any_of(polls, someone)) Accept();
  SetSmooth();
  Flush();
}

std::uint64_t Port::next_try_ns() const {
  if (state_ == State::kDown) return retry_.next_ns();
  return accept_ns_ != 0 ? accept_ns_ : kForEver;
}

void Port::TryIfDue(std::uint64_t now_ns) {
  if (now_ns < next_try_ns()) return;
  accept_ns_ = 0;
  TryNow();
}

void Port::TryNow() {
  if (state_ != State::kDown) return;
  if (Try().ok()) Flush();
}

void Port::Redefine(PortOptions options) {
  options_ = std::move(options);
  retry_.SetPolicy(options_.retry);
  if (spill_ != nullptr) spill_->set_max_bytes(options_.spill_max_bytes);
  backlog_.Redefine(options_.queue_bytes, ShedOf(options_.on_full));
  if (!drops()) TakeFromBacklog(kAll);
  SetSmooth();
}

std::deque<FrameQueue::Chunk> Port::TakeFrames() {
  barriers_.clear();
  TakeFromBacklog(kAll);
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
  TakeFromBacklog(kAll);
  Flush();
  queue_.Rewind();
  if (std::uint64_t all = std::accumulate(dropped().begin(), dropped().end(), std::uint64_t{0}); all > 0) {
    Tell(fmt::format("{} events were dropped", all));
  }
  if (counters_.dead > 0) Tell(fmt::format("{} events went to '{}'", counters_.dead, options_.dead_letter));
  std::uint64_t left = queue_.CountEvents();
  Status status;
  if (spill_ != nullptr && !drained()) {
    status = SaveQueue();
    if (status.ok())
      Tell(fmt::format("{} stay in '{}' for the next run", RoundedSize(spill_->unread_bytes()), options_.spill));
  } else if (left > 0 && state_ != State::kGone) {
    status = Status(StatusCode::kIoError, fmt::format("{} events were not delivered", left));
  }
  for (Connection& connection : readers_.TakeAll()) {
    Status closed = Disconnect(std::move(connection), options_.target);
    if (status.ok()) status = std::move(closed);
  }
  listener_.reset();
  if (state_ != State::kGone) state_ = State::kDown;
  return std::move(status).WithContext(fmt::format("endpoint '{}'", options_.name));
}

}  // namespace vexevt
