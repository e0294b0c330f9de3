#include "fuse/event_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kFirstPauseNs = 50 * kNsPerMs, kLongestPauseNs = 5 * kNsPerSecond;

bool ComesBack(const CommonOptions& options) {
  auto name = ParseEndpoint(options.output);
  return name.ok() && MayReopen(*name) && !options.rotation.wanted();
}

}  // namespace

EventOutput::EventOutput(const CommonOptions& options, OnFailure on_failure, Ledger* ledger)
    : options_(options),
      ledger_(*ledger),
      comes_back_(ComesBack(options)),
      waits_(comes_back_ && on_failure == OnFailure::kWait) {}

Result<std::unique_ptr<EventOutput>> EventOutput::Open(const CommonOptions& options, OnFailure on_failure,
                                                       Ledger* ledger) {
  std::unique_ptr<EventOutput> output(new EventOutput(options, on_failure, ledger));
  VEXEVT_ASSIGN(output->sink_, EventSink::Open(options, ledger));
  output->terminal_ = output->sink_->terminal();
  return output;
}

bool EventOutput::Write(std::span<const std::byte> frames) {
  Count count;
  bool written = false;
  while (!written && WaitToTry()) {
    const std::uint64_t out = Get(ledger_.out);
    Status status = Reopen();
    if (status.ok()) status = Pass(frames, &count);
    if (status.ok()) status = sink_->Flush();
    written = status.ok();
    if (written) {
      Succeeded();
    } else {
      bool bad = status.code() == StatusCode::kDataLoss;
      ledger_.out.store(out, std::memory_order_relaxed);  // what the sink took did not arrive
      Failed(std::move(status));
      if (bad) break;
    }
  }
  if (written) {
    Add(ledger_.gaps, count.gaps);
    Add(ledger_.lost, count.lost);
    ledger_.ObserveLatency(count.first_wall_ns);
  } else {
    [[maybe_unused]] Status counted = Pass(frames, &count);
    count.events -= count.gaps;  // the next gap tells of what they told
    Add(ledger_.dropped, count.events);
    lost_ = count.lost + count.events;
  }
  Add(ledger_.in, count.events);
  Add(ledger_.bytes_in, frames.size());
  ledger_.last_wall_ns.store(count.last_wall_ns, std::memory_order_relaxed);
  return written;
}

// Counts `frames`, and gives them to the sink where there is one.
Status EventOutput::Pass(std::span<const std::byte> frames, Count* count) {
  *count = {};
  while (!frames.empty()) {
    std::size_t size = MeasureFrame(frames).bytes;
    EventView event;
    if (!EventView::Bind(frames.first(size), &event)) return DataLoss("a bad event was made");
    if (event.type() == kVexevtLost) {
      ++count->gaps;
      count->lost += event.Get<std::uint64_t>(layout::kPayloadGapLost);
    }
    if (count->events++ == 0) count->first_wall_ns = event.wall_ns();
    count->last_wall_ns = event.wall_ns();
    if (sink_ != nullptr) sink_->Write(event);
    frames = frames.subspan(size);
  }
  return {};
}

Status EventOutput::Reopen() {
  if (sink_ != nullptr) return {};
  VEXEVT_ASSIGN(sink_, EventSink::Reopen(options_, &ledger_));
  return {};
}

void EventOutput::Succeeded() {
  if (failure_.ok()) return;
  ReportNotice(fmt::format("'{}' takes events again, {} were lost", options_.output, lost_));
  failure_ = {};
  lost_ = 0;
}

void EventOutput::Failed(Status status) {
  sink_.reset();
  std::uint64_t now_ns = SystemClock().Now().mono_ns;
  // One that held out for long is taken for a new failure, not for the last one gone on.
  bool new_one = failure_.ok() && now_ns - failed_ns_ > kLongestPauseNs;
  pause_ns_ = new_one || pause_ns_ == 0 ? kFirstPauseNs : std::min(2 * pause_ns_, kLongestPauseNs);
  failed_ns_ = now_ns;
  if (failure_.ok()) {
    ReportWarning(fmt::format("{}: the file system goes on, its events {}", status.message(),
                              waits_        ? "wait"
                              : comes_back_ ? "are lost until it can be written again"
                                            : "are lost"));
  }
  failure_ = std::move(status);
}

// False: it is not yet time to try, or never will be. At the end there is time for one more try, and only one.
bool EventOutput::WaitToTry() {
  if (failure_.ok()) return true;
  if (!comes_back_) return false;
  std::unique_lock lock(mutex_);
  const std::uint64_t now_ns = SystemClock().Now().mono_ns, next_ns = failed_ns_ + pause_ns_;
  if (!stop_waiting_ && now_ns >= next_ns) return true;
  if (!stop_waiting_ && !waits_) return false;
  if (!stopped_.wait_for(lock, std::chrono::nanoseconds(next_ns - now_ns), [&] { return stop_waiting_; })) return true;
  return !std::exchange(last_try_made_, true);
}

void EventOutput::StopWaiting() {
  {
    std::lock_guard lock(mutex_);
    stop_waiting_ = true;
  }
  stopped_.notify_all();
}

Status EventOutput::Close() {
  if (failure_.ok()) failure_ = sink_->Close();
  // Nobody is behind a mount for whom a closed pipe would be the usual end.
  if (failure_.code() == StatusCode::kBrokenPipe) return {StatusCode::kIoError, failure_.message()};
  return std::move(failure_);
}

}  // namespace vexevt
