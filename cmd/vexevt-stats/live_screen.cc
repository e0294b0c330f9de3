#include "cmd/vexevt-stats/live_screen.h"

#include <poll.h>

#include <cerrno>

#include "lib/base/clock.h"
#include "lib/cli/signals.h"
#include "lib/live/view.h"

namespace vexevt {
namespace {

// While there is always more to read.
constexpr std::uint64_t kGlanceNs = 50 * kNsPerMs;

}  // namespace

Status LiveScreen::Process(std::span<const EventView> batch, EventSink&) {
  model_->See(batch);
  const std::uint64_t now = MonoNow();
  model_->SeenAt(now);
  return now < next_glance_ns_ ? Status() : Glance(now);
}

Status LiveScreen::Tick(EventSink&) { return Glance(MonoNow()); }

std::uint64_t LiveScreen::next_tick_ns() const {
  if (terminal_ == nullptr || terminal_->resized()) return 0;
  return ui_.paused ? kNever : next_picture_ns_;
}

void LiveScreen::AddPolls(std::vector<pollfd>* polls) {
  if (terminal_ != nullptr) polls->push_back({.fd = terminal_->fd(), .events = POLLIN, .revents = 0});
}

bool LiveScreen::done() const { return quit_ || StopRequested(); }

Status LiveScreen::Glance(std::uint64_t now_ns) {
  if (terminal_ == nullptr) {
    VEXEVT_ASSIGN(terminal_, LiveTerminal::Open(look_.color));
  }
  if (terminal_->gone()) return ErrnoStatus("cannot read the terminal", EIO);
  bool changed = false;
  while (const auto key = terminal_->ReadKey()) {
    if (!shown_.tables.empty()) Obey(HandleKey(*key, shown_, &ui_));
    changed = true;
  }
  if (now_ns >= next_picture_ns_ && !ui_.paused) {
    shown_ = model_->Look(SystemClock().Now());
    next_picture_ns_ = MonoNow() + look_.interval_ns;  // from here on: the stream has its turn, however long this took
    changed = true;
  }
  const LiveSize size = terminal_->size();
  if (changed || size != drawn_) terminal_->Show(DrawLive(shown_, ui_, size, look_.utf8));
  drawn_ = size;
  next_glance_ns_ = now_ns + kGlanceNs;
  return {};
}

void LiveScreen::Obey(LiveCommand command) {
  switch (command) {
    case LiveCommand::kNone:
      return;
    case LiveCommand::kQuit:
      quit_ = true;
      return;
    case LiveCommand::kFilter:
      // Each of its parts has been compiled.
      if (!model_->SetFilter(JoinedFilter(ui_)).ok()) return;
      break;
    case LiveCommand::kReset:
      model_->Reset();
      break;
  }
  shown_ = model_->Look(SystemClock().Now());
}

Status LiveScreen::Finish(EventSink&) {
  model_->End();
  next_picture_ns_ = 0;
  while (!done()) {
    VEXEVT_TRY(Glance(MonoNow()));
    pollfd polls[] = {{.fd = SignalFd(), .events = POLLIN, .revents = 0},
                      {.fd = terminal_->fd(), .events = POLLIN, .revents = 0}};
    if (!done() && ::poll(polls, 2, -1) < 0 && errno != EINTR) return ErrnoStatus("cannot wait for keys", errno);
    TakeRequests();
  }
  terminal_.reset();
  return {};
}

}  // namespace vexevt
