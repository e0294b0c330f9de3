#include "lib/capture/import.h"

#include <poll.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "lib/capture/line_reader.h"
#include "lib/event/id_source.h"
#include "lib/event/json_read.h"

namespace vexevt {
namespace {

class JsonImport final : public Source {
 public:
  JsonImport(UniqueFd fd, std::string name) : lines_(std::move(fd), std::move(name), kMaxImportLine) {
    struct stat status;
    waits_ = ::fstat(lines_.fd(), &status) == 0 && !S_ISREG(status.st_mode);
  }

  int poll_fd() const override { return waits_ ? lines_.fd() : -1; }

  Result<DrainState> Drain(FrameBatch* batch) override {
    AddBarriers(batch);
    while (!batch->full()) {
      if (stopped_) return DrainState::kEnd;
      // What is there was asked for; what is not is waited for by the caller, who flushes first.
      if (waits_ && !lines_.MoreWaiting() && !Readable()) return DrainState::kIdle;
      VEXEVT_ASSIGN(auto line, lines_.Next());
      if (!line) return DrainState::kEnd;
      auto read = reader_.Read(*line, &event_);
      if (!read.ok()) return std::move(read).status().WithContext(lines_.name());
      ++counters_.reported;
      if (*read) Add(batch);
    }
    return DrainState::kMore;
  }

  Status InsertBarrier(std::string_view token) override {
    barriers_.emplace_back(token);
    return {};
  }
  void Stop() override { stopped_ = true; }
  const SourceCounters& counters() const override { return counters_; }

 private:
  bool Readable() const {
    pollfd wait{lines_.fd(), POLLIN, 0};
    return ::poll(&wait, 1, 0) > 0;
  }

  void Add(FrameBatch* batch) {
    Event stamp;
    if (event_.id == EventId{} || event_.wall_ns == 0) ids_.Stamp(&stamp);
    if (event_.id == EventId{}) event_.id = stamp.id;
    if (event_.wall_ns == 0) {
      event_.wall_ns = stamp.wall_ns;
      event_.mono_ns = stamp.mono_ns;
      event_.hlc = stamp.hlc;
    }
    batch->Append(event_);
    ++counters_.events;
  }

  void AddBarriers(FrameBatch* batch) {
    for (const std::string& token : barriers_) {
      Event event;
      event.type = kVexevtBarrier;
      event.boundary = Boundary::kUser;
      event.attributes.push_back({"token", AttributeText{token}});
      ids_.Stamp(&event);
      batch->Append(event);
      ++counters_.events;
    }
    barriers_.clear();
  }

  LineReader lines_;
  JsonReader reader_;
  EventIds ids_;
  Event event_;
  bool waits_ = false, stopped_ = false;
  std::vector<std::string> barriers_;  // tokens
  SourceCounters counters_;
};

}  // namespace

std::unique_ptr<Source> ImportJson(UniqueFd fd, std::string name) {
  return std::make_unique<JsonImport>(std::move(fd), std::move(name));
}

}  // namespace vexevt
