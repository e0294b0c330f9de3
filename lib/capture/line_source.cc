#include "lib/capture/line_source.h"

#include <poll.h>
#include <sys/stat.h>

#include <utility>

#include "lib/event/barrier_event.h"

namespace vexevt {

LineSource::LineSource(UniqueFd fd, std::string name, std::size_t most_bytes)
    : lines_(std::move(fd), std::move(name), most_bytes) {
  struct stat status;
  waits_ = ::fstat(lines_.fd(), &status) == 0 && !S_ISREG(status.st_mode);
}

Result<DrainState> LineSource::Drain(FrameBatch* batch) {
  AddBarriers(batch);
  while (!batch->full()) {
    if (stopped_) return End(batch);
    if (waits_ && !lines_.MoreWaiting() && !Readable()) return DrainState::kIdle;
    VEXEVT_ASSIGN(auto line, lines_.Next());
    if (!line) return End(batch);
    if (Status status = Take(*line, batch); !status.ok()) {
      GiveAll(batch);
      return std::move(status).WithContext(name());
    }
  }
  return DrainState::kMore;
}

Status LineSource::InsertBarrier(std::string_view token) {
  barriers_.emplace_back(token);
  return {};
}

bool LineSource::Readable() const {
  pollfd wait{lines_.fd(), POLLIN, 0};
  return ::poll(&wait, 1, 0) > 0;
}

DrainState LineSource::End(FrameBatch* batch) {
  GiveAll(batch);
  AtEnd();
  return DrainState::kEnd;
}

void LineSource::AddBarriers(FrameBatch* batch) {
  if (barriers_.empty()) return;
  GiveAll(batch);
  for (const std::string& token : barriers_) {
    Event event = BarrierEvent(token);
    ids_.Stamp(&event);
    batch->Append(event);
    ++counters_.events;
  }
  barriers_.clear();
}

}  // namespace vexevt
