#include "lib/stream/ring_input.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "lib/base/clock.h"
#include "lib/event/flatten.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

// How often is looked whether the writers still live: one that is killed wakes nobody.
constexpr std::uint64_t kLookNs = 100 * kNsPerMs;

// What the watcher is told: nothing to do, to end, or the value to sleep on.
constexpr std::uint64_t kRest = 0, kEnd = 1;
constexpr std::uint64_t WatchFor(std::uint32_t value) { return std::uint64_t{value} << 2 | 2; }

}  // namespace

RingInput::RingInput(std::unique_ptr<RingReader> ring, std::string name, bool follow)
    : ring_(std::move(ring)),
      name_(std::move(name)),
      follow_(follow),
      news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

RingInput::~RingInput() {
  if (!watcher_.joinable()) return;
  watch_.store(kEnd);
  watch_.notify_one();
  watcher_.join();  // within kLookNs
}

Result<std::span<const EventView>> RingInput::Read() {
  for (;;) {
    if (MoreWaiting()) break;
    ring_->Wait(kLookNs);
    CheckWriters();
  }
  if (!events_.empty()) {
    given_ = true;
    last_wall_ns_ = events_.back().wall_ns();
    return std::span<const EventView>(events_);
  }
  if (!failure_.ok()) return Status(failure_.code(), failure_.message());
  return std::span<const EventView>{};
}

bool RingInput::MoreWaiting() {
  if (std::exchange(given_, false)) {
    events_.clear();
    made_.clear();
  }
  if (events_.empty() && failure_.ok()) Fill();
  return !events_.empty() || ended_ || !failure_.ok();
}

// The loop is about to wait, and what it had to write is written.
void RingInput::AddPolls(std::vector<pollfd>* polls) {
  wake_ns_ = 0;
  if (ring_->Spin()) return;
  CheckWriters();
  if (ended_) return;
  const std::optional<std::uint32_t> value = ring_->PrepareSleep();
  if (!value) return;
  std::uint64_t seen = 0;
  [[maybe_unused]] const ssize_t drained = ::read(news_.get(), &seen, sizeof seen);
  if (!watcher_.joinable()) watcher_ = std::thread([this] { Watch(); });
  watch_.store(WatchFor(*value));
  watch_.notify_one();
  polls->push_back({news_.get(), POLLIN, 0});
  wake_ns_ = SystemClock().Now().mono_ns + kLookNs;
}

// A futex can't be polled: this thread sleeps on it while the loop polls, and then makes news_ readable.
void RingInput::Watch() {
  for (;;) {
    std::uint64_t wanted = watch_.load();
    if (wanted == kEnd) return;
    if (wanted == kRest) {
      watch_.wait(kRest);
      continue;
    }
    ring_->SleepOn(static_cast<std::uint32_t>(wanted >> 2), kLookNs);
    // Unless something else is wanted by now. Before it is told: whoever hears of it may want the same again at once.
    watch_.compare_exchange_strong(wanted, kRest);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t told = ::write(news_.get(), &one, sizeof one);
  }
}

void RingInput::CheckWriters() {
  if (ring_->HasWriters()) return;
  Fill();  // what came before the last one left, and those that left without a word
  ended_ = events_.empty() && failure_.ok() && !follow_;
}

void RingInput::Fill() {
  auto batches = ring_->Read();
  if (!batches.ok()) {
    failure_ = std::move(batches).status();
    return;
  }
  for (const RingBatch& batch : *batches) {
    switch (batch.loss) {
      case RingBatch::Loss::kNone:
        break;
      case RingBatch::Loss::kOverrun:
        Gap("overran its reader", batch.lost);
        break;
      case RingBatch::Loss::kDamaged:
        Gap("is damaged", 0);
        break;
      case RingBatch::Loss::kDied:
        Gap("lost a writer, which died", 0);
        break;
    }
    Take(batch.frames);
  }
}

// Whoever may write the ring may have written anything: what is no event ends its batch, not the stream.
void RingInput::Take(std::span<const std::byte> frames) {
  while (!frames.empty()) {
    const FrameSize size = MeasureFrame(frames);
    if (size.state != FrameState::kOk || size.bytes > frames.size()) return Gap("holds what is no event", 0);
    const std::span<const std::byte> frame = frames.first(size.bytes);
    EventView& view = events_.emplace_back();
    if (!EventView::Bind(frame, &view)) [[unlikely]] {
      auto plain = std::make_unique<std::vector<std::byte>>();
      if (!Flatten(frame, plain.get()).ok() || !EventView::Bind(*plain, &view)) {
        events_.pop_back();
        return Gap("holds what is no event", 0);
      }
      made_.push_back(std::move(plain));
    }
    frames = frames.subspan(size.bytes);
    offset_ += size.bytes;
  }
}

void RingInput::Gap(std::string_view what, std::uint64_t lost) {
  const std::string cause = fmt::format("{} {}", name_, what);
  auto frame = std::make_unique<std::vector<std::byte>>();
  const std::uint64_t since_ns = events_.empty() ? last_wall_ns_ : events_.back().wall_ns();
  AppendFrame(LostEvent({.cause = cause, .count = lost, .since_ns = since_ns}, &ids_), frame.get());
  EventView::Bind(*frame, &events_.emplace_back());
  made_.push_back(std::move(frame));
}

}  // namespace vexevt
