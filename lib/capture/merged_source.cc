#include "lib/capture/merged_source.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/event/barrier_event.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kForEver = ~std::uint64_t{0};

// Of any form: whether it is one of ours is known here.
std::string_view TokenOf(const EventView& barrier) {
  if (barrier.attribute_count() == 0) return {};
  const Attribute token = barrier.attribute(0);
  const auto* text = std::get_if<AttributeText>(&token.value);
  return text != nullptr ? text->value : std::string_view();
}

}  // namespace

MergedSource::MergedSource(std::vector<SourceToMerge> sources, bool without_doubles,
                           std::function<void(std::string_view)> tell)
    : tell_(std::move(tell)), start_(SystemClock().Now()) {
  if (without_doubles) doubles_.emplace(sources.size(), static_cast<std::uint32_t>(::getpid()));
  for (SourceToMerge& source : sources) {
    Inlet& inlet = inlets_.emplace_back();
    inlet.source = std::move(source.source);
    inlet.name = std::move(source.name);
    inlet.lag_ns = source.lag_ns;
    inlet.stamps_late = source.stamps_late;
  }
}

Result<std::unique_ptr<MergedSource>> MergedSource::Of(std::vector<SourceToMerge> sources, bool without_doubles,
                                                       std::function<void(std::string_view)> tell) {
  if (sources.empty() || sources.size() > kMost) {
    return InvalidArgument(fmt::format("one to {} sources can be merged, not {}", kMost, sources.size()));
  }
  std::unique_ptr<MergedSource> merged(new MergedSource(std::move(sources), without_doubles, std::move(tell)));
  VEXEVT_TRY(merged->WaitFor());
  return merged;
}

Status MergedSource::WaitFor() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  timer_.reset(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  epoll_event event{.events = EPOLLIN, .data = {}};
  bool ok = epoll_ && timer_ && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event) == 0;
  for (const Inlet& inlet : inlets_) {
    int fd = inlet.source->poll_fd();
    ok = ok && (fd < 0 || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
  }
  return ok ? Status() : ErrnoStatus("cannot wait for events", errno);
}

// Wall time that no one sets: a step of the clock must not hold events back.
std::uint64_t MergedSource::Now() { return start_.wall_ns + (SystemClock().Now().mono_ns - start_.mono_ns); }

// What failed is told behind what it gave before.
Status MergedSource::Refill(Inlet* inlet) {
  // Idle says that what was there at the call has been given; behind a full batch, that of the call before.
  const bool fresh = !inlet->has_more;
  const std::uint64_t before_ns = Now();
  inlet->batch.Clear();
  inlet->taken = 0;
  auto state = inlet->source->Drain(&inlet->batch);
  inlet->arrived_ns = Now();
  inlet->last = !state.ok() || *state == DrainState::kEnd;
  inlet->has_more = state.ok() && *state == DrainState::kMore;
  if (!state.ok()) inlet->error = std::move(state).status();
  if (!inlet->last && !inlet->has_more && fresh) inlet->drained_ns = before_ns - inlet->lag_ns;
  return Advance(inlet);
}

// To the next event of its batch.
Status MergedSource::Advance(Inlet* inlet) {
  std::span<const std::byte> rest = inlet->batch.frames().subspan(inlet->taken);
  if (rest.empty()) {
    inlet->past_ns = std::max(inlet->past_ns, inlet->drained_ns);
    inlet->settled_ns = std::max(inlet->settled_ns, inlet->drained_ns);
    return {};
  }
  if (!EventView::Bind(rest.first(MeasureFrame(rest).bytes), &inlet->head)) {
    return DataLoss(fmt::format("{} made a bad event", inlet->name));
  }
  // Where the clock was set back, the hybrid clock keeps the order. Nothing happens after it has arrived.
  const std::uint64_t time_ns = std::max(inlet->head.wall_ns(), inlet->head.hlc());
  inlet->head_ns = std::max(inlet->past_ns, std::min(time_ns, inlet->arrived_ns));
  return {};
}

void MergedSource::End(std::size_t index, FrameBatch* out) {
  Inlet& inlet = inlets_[index];
  inlet.ended = true;
  if (int fd = inlet.source->poll_fd(); fd >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  const bool others = std::ranges::any_of(inlets_, [](const Inlet& other) { return !other.ended; });
  if (!inlet.error.ok()) {
    GiveOwn(LostEvent({.cause = fmt::format("{} failed", inlet.name)}, &ids_), index, out);
    if (others) tell_(fmt::format("{}: the other sources go on", inlet.error.message()));
    if (failure_.ok()) failure_ = std::move(inlet.error);
  } else if (others && !stopped_) {
    tell_(fmt::format("{} has ended: the other sources go on", inlet.name));
  }
  PassBarriers(index, {}, out);
}

// The source that may have something to come before the head of `inlets_[index]`; null: none has.
MergedSource::Inlet* MergedSource::Blocker(std::size_t index) {
  const std::uint64_t head_ns = inlets_[index].head_ns;
  for (std::size_t i = 0; i < inlets_.size(); ++i) {
    Inlet& other = inlets_[i];
    if (i == index || other.ended || !other.empty()) continue;
    if (other.past_ns < head_ns || (other.past_ns == head_ns && i < index)) return &other;
  }
  return nullptr;
}

std::size_t MergedSource::Earliest() const {
  std::size_t earliest = inlets_.size();
  for (std::size_t i = 0; i < inlets_.size(); ++i) {
    if (inlets_[i].empty()) continue;
    if (earliest == inlets_.size() || inlets_[i].head_ns < inlets_[earliest].head_ns) earliest = i;
  }
  return earliest;
}

Status MergedSource::Merge(FrameBatch* out) {
  while (!out->full()) {
    const std::size_t index = Earliest();
    if (index == inlets_.size()) return {};
    if (Inlet* blocker = Blocker(index)) {
      if (!blocker->has_more) return {};
      VEXEVT_TRY(Refill(blocker));
      if (blocker->empty() && blocker->last) End(static_cast<std::size_t>(blocker - inlets_.data()), out);
      continue;
    }
    Inlet& inlet = inlets_[index];
    Give(inlet.head, inlet.head_ns, index, out);
    inlet.taken += inlet.head.frame().size();
    inlet.past_ns = inlet.head_ns;
    if (!inlet.stamps_late) inlet.settled_ns = inlet.head_ns;
    VEXEVT_TRY(Advance(&inlet));
    if (!inlet.empty()) continue;
    if (inlet.last) {
      End(index, out);
    } else if (inlet.has_more) {
      VEXEVT_TRY(Refill(&inlet));
    }
    if (doubles_) doubles_->Give(SettledNs(), out);
  }
  return {};
}

void MergedSource::Give(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out) {
  if (event.type() == kVexevtBarrier && IsOwnBarrier(TokenOf(event))) return PassBarriers(source, TokenOf(event), out);
  ++inlets_[source].events;
  if (doubles_) {
    doubles_->Add(event, time_ns, source, out);
  } else {
    out->Append(event.frame());
  }
}

void MergedSource::GiveOwn(const Event& event, std::size_t source, FrameBatch* out) {
  own_.Clear();
  own_.Append(event);
  EventView view;
  EventView::Bind(own_.frames(), &view);
  if (doubles_) {
    doubles_->Add(view, Now(), source, out);
  } else {
    out->Append(own_.frames());
  }
}

bool MergedSource::IsOwnBarrier(std::string_view token) const {
  return std::ranges::any_of(barriers_, [&](const Barrier& barrier) { return barrier.token == token; });
}

// The source has come to the barrier of that token, or, where it has ended, to all. Those that all have come to go out.
void MergedSource::PassBarriers(std::size_t source, std::string_view token, FrameBatch* out) {
  std::erase_if(barriers_, [&](Barrier& barrier) {
    if (token.empty() || barrier.token == token) barrier.missing &= ~(1u << source);
    if (barrier.missing != 0) return false;
    Event event = BarrierEvent(barrier.token);
    ids_.Stamp(&event);
    GiveOwn(event, source, out);
    return true;
  });
}

std::uint64_t MergedSource::SettledNs() const {
  std::uint64_t settled_ns = kForEver;
  for (const Inlet& inlet : inlets_) {
    if (!inlet.ended) settled_ns = std::min(settled_ns, inlet.settled_ns);
  }
  return settled_ns;
}

// Has the timer fire when what is held can be given, though nothing more comes. False: that is now.
bool MergedSource::SetTimer() {
  std::uint64_t due_ns = kForEver, lag_ns = 0;
  for (const Inlet& inlet : inlets_) {
    if (!inlet.ended) lag_ns = std::max(lag_ns, inlet.lag_ns);
  }
  if (const std::size_t index = Earliest(); index < inlets_.size()) {
    const Inlet* blocker = Blocker(index);
    due_ns = blocker != nullptr ? inlets_[index].head_ns + blocker->lag_ns : 0;
  }
  if (doubles_ && !doubles_->empty()) {
    due_ns = std::min(due_ns, doubles_->due_ns() + lag_ns);
  }
  itimerspec time{};  // all 0: never
  if (due_ns != kForEver) {
    const std::uint64_t now_ns = Now();
    if (due_ns < now_ns) return false;
    const std::uint64_t wait_ns = due_ns - now_ns + 1;
    time.it_value = {static_cast<time_t>(wait_ns / kNsPerSecond), static_cast<long>(wait_ns % kNsPerSecond)};
  }
  ::timerfd_settime(timer_.get(), 0, &time, nullptr);
  return true;
}

Result<DrainState> MergedSource::Drain(FrameBatch* batch) {
  for (std::size_t i = 0; i < inlets_.size(); ++i) {
    Inlet& inlet = inlets_[i];
    if (inlet.ended || !inlet.empty()) continue;
    VEXEVT_TRY(Refill(&inlet));
    if (inlet.empty() && inlet.last) End(i, batch);
  }
  VEXEVT_TRY(Merge(batch));
  if (doubles_) doubles_->Give(SettledNs(), batch);
  if (batch->full()) return DrainState::kMore;
  if (std::ranges::all_of(inlets_, [](const Inlet& inlet) { return inlet.ended; })) {
    if (!failure_.ok()) return Status(failure_.code(), failure_.message());
    return DrainState::kEnd;
  }
  const bool more = std::ranges::any_of(inlets_, [](const Inlet& inlet) { return !inlet.ended && inlet.has_more; });
  return more || !SetTimer() ? DrainState::kMore : DrainState::kIdle;
}

Status MergedSource::InsertBarrier(std::string_view token) {
  Barrier barrier{std::string(token), 0};
  for (std::size_t i = 0; i < inlets_.size(); ++i) {
    if (inlets_[i].ended) continue;
    VEXEVT_TRY(inlets_[i].source->InsertBarrier(token));
    barrier.missing |= 1u << i;
  }
  barriers_.push_back(std::move(barrier));
  return {};
}

void MergedSource::Stop() {
  stopped_ = true;
  for (Inlet& inlet : inlets_) inlet.source->Stop();
}

const SourceCounters& MergedSource::counters() const {
  counters_ = {};
  for (const Inlet& inlet : inlets_) {
    const SourceCounters& counters = inlet.source->counters();
    counters_.reported += counters.reported;
    counters_.events += counters.events;
    counters_.own += counters.own;
    counters_.unwanted += counters.unwanted;
    counters_.gaps += counters.gaps;
  }
  return counters_;
}

}  // namespace vexevt
