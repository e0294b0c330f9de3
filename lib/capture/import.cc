#include "lib/capture/import.h"

#include <sys/stat.h>

#include <utility>
#include <vector>

#include "lib/event/barrier_event.h"
#include "lib/event/event_view.h"
#include "lib/event/id_source.h"
#include "lib/event/unpack.h"
#include "lib/stream/json_source.h"

namespace vexevt {
namespace {

class JsonImport final : public Source {
 public:
  JsonImport(UniqueFd fd, std::string name);

  int poll_fd() const override { return poll_fd_; }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override {
    barriers_.emplace_back(token);
    return {};
  }
  void Stop() override { stopped_ = true; }
  const SourceCounters& counters() const override { return counters_; }

 private:
  void AddBarriers(FrameBatch* batch);
  void Add(std::span<const std::byte> frames, FrameBatch* batch);
  void AddStamped(const EventView& event, FrameBatch* batch);

  int poll_fd_;
  JsonSource lines_;
  bool stopped_ = false;
  std::vector<std::string> barriers_;  // tokens
  EventIds ids_;
  SourceCounters counters_;
};

int FdToWaitFor(int fd) {
  struct stat status;
  return ::fstat(fd, &status) == 0 && !S_ISREG(status.st_mode) ? fd : -1;
}

JsonImport::JsonImport(UniqueFd fd, std::string name)
    : poll_fd_(FdToWaitFor(fd.get())), lines_(std::make_unique<FdSource>(std::move(fd), name), name) {}

Result<DrainState> JsonImport::Drain(FrameBatch* batch) {
  AddBarriers(batch);
  while (!batch->full()) {
    if (stopped_) return DrainState::kEnd;
    if (poll_fd_ >= 0 && !lines_.Ready()) return DrainState::kIdle;
    VEXEVT_ASSIGN(std::span<const std::byte> frames, lines_.ReadFrames());
    if (frames.empty()) return DrainState::kEnd;
    Add(frames, batch);
  }
  return DrainState::kMore;
}

void JsonImport::Add(std::span<const std::byte> frames, FrameBatch* batch) {
  const bool bare = lines_.bare();
  if (!bare) batch->Append(frames);
  while (!frames.empty()) {
    const std::size_t size = MeasureFrame(frames).bytes;
    EventView event;
    if (bare && EventView::Bind(frames.first(size), &event)) AddStamped(event, batch);
    frames = frames.subspan(size);
    ++counters_.reported;
    ++counters_.events;
  }
}

void JsonImport::AddStamped(const EventView& view, FrameBatch* batch) {
  if (view.id() != EventId{} && view.wall_ns() != 0) return batch->Append(view.frame());
  Event event, stamp;
  Unpack(view, &event);
  ids_.Stamp(&stamp);
  if (event.id == EventId{}) event.id = stamp.id;
  if (event.wall_ns == 0) {
    event.wall_ns = stamp.wall_ns;
    event.mono_ns = stamp.mono_ns;
    event.hlc = stamp.hlc;
  }
  batch->Append(event);
}

void JsonImport::AddBarriers(FrameBatch* batch) {
  for (const std::string& token : barriers_) {
    Event event = BarrierEvent(token);
    ids_.Stamp(&event);
    batch->Append(event);
    ++counters_.events;
  }
  barriers_.clear();
}

}  // namespace

std::unique_ptr<Source> ImportJson(UniqueFd fd, std::string name) {
  return std::make_unique<JsonImport>(std::move(fd), std::move(name));
}

}  // namespace vexevt
