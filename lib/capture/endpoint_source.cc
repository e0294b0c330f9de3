#include "lib/capture/endpoint_source.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/selection.h"
#include "lib/event/barrier_event.h"
#include "lib/event/id_source.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

class EndpointSource final : public Source {
 public:
  EndpointSource(std::unique_ptr<StreamInput> input, const EndpointOptions& options)
      : input_(std::move(input)), left_out_pid_(options.own ? 0 : static_cast<std::uint32_t>(::getpid())) {
    selection_.fs_types = options.fs_types;
  }

  Status Begin();
  int poll_fd() const override { return epoll_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override {
    barriers_.push_back({std::string(token), SystemClock().Now()});
    return {};
  }
  void Stop() override {
    if (!stopped_) stopped_ = SystemClock().Now();
  }
  const SourceCounters& counters() const override { return counters_; }

 private:
  struct Barrier {
    std::string token;
    Instant when;
  };

  void Append(const EventView& event, FrameBatch* batch);
  void AppendBarriers(bool all, FrameBatch* batch);
  bool IsPast(Instant call) const { return last_wall_ns_ > call.wall_ns; }
  static bool IsOver(Instant call, Instant now) { return now.mono_ns >= call.mono_ns + kEndpointLagNs; }
  Result<bool> Sleep();

  std::unique_ptr<StreamInput> input_;
  Selection selection_;
  std::uint32_t left_out_pid_;  // our own; 0: none
  UniqueFd epoll_, timer_;
  std::vector<pollfd> polled_, polls_;  // by the epoll; wanted now
  std::deque<Barrier> barriers_;
  std::optional<Instant> stopped_;
  EventIds ids_;
  std::uint64_t last_wall_ns_ = 0;
  SourceCounters counters_;
};

Status EndpointSource::Begin() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  timer_.reset(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  epoll_event event{.events = EPOLLIN, .data = {}};
  if (!epoll_ || !timer_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event) < 0) {
    return ErrnoStatus("cannot wait for events", errno);
  }
  return {};
}

void EndpointSource::Append(const EventView& event, FrameBatch* batch) {
  ++counters_.reported;
  last_wall_ns_ = std::max(last_wall_ns_, event.wall_ns());
  if (FamilyOf(event.type()) == Family::kFs) {
    if (event.pid() != 0 && event.pid() == left_out_pid_) {
      ++counters_.own;
      return;
    }
    if (!selection_.WantsType(event.type())) {
      ++counters_.unwanted;
      return;
    }
  }
  if (event.type() == kVexevtLost) ++counters_.gaps;
  batch->Append(event.frame());
  ++counters_.events;
}

void EndpointSource::AppendBarriers(bool all, FrameBatch* batch) {
  const Instant now = SystemClock().Now();
  while (!barriers_.empty() && (all || IsPast(barriers_.front().when) || IsOver(barriers_.front().when, now))) {
    Event event = BarrierEvent(barriers_.front().token);
    ids_.Stamp(&event, now);
    batch->Append(event);
    ++counters_.events;
    barriers_.pop_front();
  }
}

Result<DrainState> EndpointSource::Drain(FrameBatch* batch) {
  while (!batch->full()) {
    if (!input_->MoreWaiting()) {
      AppendBarriers(false, batch);
      if (stopped_ && IsOver(*stopped_, SystemClock().Now())) return DrainState::kEnd;
      VEXEVT_ASSIGN(bool asleep, Sleep());
      if (asleep) return DrainState::kIdle;
      continue;
    }
    auto events = input_->Read();
    if (!events.ok() || events->empty()) {
      AppendBarriers(true, batch);
      if (!events.ok()) return std::move(events).status();
      return DrainState::kEnd;
    }
    for (const EventView& event : *events) Append(event, batch);
    if (!barriers_.empty() && IsPast(barriers_.front().when)) AppendBarriers(false, batch);
    if (stopped_ && IsPast(*stopped_)) return DrainState::kEnd;
  }
  return DrainState::kMore;
}

// Has the epoll wake for what the input wants now. False: there is something already.
Result<bool> EndpointSource::Sleep() {
  polls_.clear();
  input_->AddPolls(&polls_);
  std::uint64_t wake = input_->wake_ns();
  if (!barriers_.empty()) wake = std::min(wake, barriers_.front().when.mono_ns + kEndpointLagNs);
  if (stopped_) wake = std::min(wake, stopped_->mono_ns + kEndpointLagNs);
  if (wake <= SystemClock().Now().mono_ns) return false;

  for (const pollfd& old : polled_) {
    bool wanted = std::ranges::any_of(polls_, [&](const pollfd& poll) { return poll.fd == old.fd; });
    if (!wanted) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, old.fd, nullptr);  // or it was closed
  }
  for (const pollfd& poll : polls_) {
    // Poll's bits are epoll's. A descriptor of that number may have been closed, and another opened.
    epoll_event event{.events = static_cast<std::uint32_t>(poll.events), .data = {}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, poll.fd, &event) == 0) continue;
    if (errno != ENOENT || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, poll.fd, &event) < 0) {
      return ErrnoStatus("cannot wait for events", errno);
    }
  }
  polled_ = polls_;
  itimerspec time{};  // all 0: never
  if (wake != StreamInput::kNoWake) {
    time.it_value = {static_cast<time_t>(wake / kNsPerSecond), static_cast<long>(wake % kNsPerSecond)};
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr);
  return true;
}

}  // namespace

Result<std::unique_ptr<Source>> OpenEndpoint(const EndpointOptions& options) {
  VEXEVT_ASSIGN(std::unique_ptr<StreamInput> input, OpenInput(options.endpoint));
  auto source = std::make_unique<EndpointSource>(std::move(input), options);
  VEXEVT_TRY(source->Begin());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace vexevt
