#include "lib/capture/audit_log.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "lib/capture/audit_event.h"
#include "lib/capture/line_reader.h"
#include "lib/event/id_source.h"

namespace vexevt {
namespace {

// The kernel's longest record is 8 KiB; an enriched one repeats it.
constexpr std::size_t kMostLine = std::size_t{64} << 10;
// Records of events that happen together are mixed, but not with those of long ago.
constexpr std::size_t kMostOpen = 64;

class AuditLog final : public Source {
 public:
  AuditLog(UniqueFd fd, std::string name, AuditLogOptions options)
      : lines_(std::move(fd), std::move(name), kMostLine), options_(std::move(options)) {
    struct stat status;
    waits_ = ::fstat(lines_.fd(), &status) == 0 && !S_ISREG(status.st_mode);
  }

  int poll_fd() const override { return waits_ ? lines_.fd() : -1; }

  Result<DrainState> Drain(FrameBatch* batch) override {
    AddBarriers(batch);
    while (!batch->full()) {
      if (stopped_) return End(batch);
      // What is there was asked for; what is not is waited for by the caller, who flushes first.
      if (waits_ && !lines_.MoreWaiting() && !Readable()) return DrainState::kIdle;
      VEXEVT_ASSIGN(auto line, lines_.Next());
      if (!line) return End(batch);
      ++number_;
      if (Status status = Take(*line); !status.ok()) {
        Give(0, batch);
        return std::move(status).WithContext(fmt::format("{}: line {}", lines_.name(), number_));
      }
      Give(kMostOpen, batch);
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

  Status Take(std::string_view line) {
    if (line.empty()) return {};
    VEXEVT_ASSIGN(AuditRecord record, ReadAuditRecord(line));
    ++counters_.reported;
    if (!AuditEvent::Knows(record.type)) {
      ++counters_.unwanted;
      return {};
    }
    auto same = [&](const AuditEvent& event) {
      return event.serial() == record.serial && event.time_ns() == record.time_ns;
    };
    auto event = std::ranges::find_if(open_, same);
    if (event == open_.end()) {
      if (record.type == "EOE") return {};  // of one that was told at its PROCTITLE
      open_.emplace_back(record.time_ns, record.serial, record.node);
      event = open_.end() - 1;
    }
    return event->Add(record);
  }

  // Gives the oldest events that have ended, and those beyond the newest `most`.
  void Give(std::size_t most, FrameBatch* batch) {
    for (; !open_.empty() && (open_.front().ended() || open_.size() > most); open_.pop_front()) {
      if (!open_.front().Tell(&event_)) {
        ++counters_.unwanted;
        continue;
      }
      Event stamp;
      ids_.Stamp(&stamp);
      event_.id = stamp.id;
      if (event_.host.empty()) event_.host = options_.host;
      event_.tenant = options_.tenant;
      batch->Append(event_);
      ++counters_.events;
    }
  }

  DrainState End(FrameBatch* batch) {
    Give(0, batch);
    if (options_.tell && counters_.unwanted > 0 && !std::exchange(told_, true)) {
      options_.tell(fmt::format("'{}': {} of its records and events tell of nothing that is imported", lines_.name(),
                                counters_.unwanted));
    }
    return DrainState::kEnd;
  }

  void AddBarriers(FrameBatch* batch) {
    if (!barriers_.empty()) Give(0, batch);
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
  AuditLogOptions options_;
  EventIds ids_;
  Event event_;
  std::deque<AuditEvent> open_;  // not yet given, as the log begins them
  std::uint64_t number_ = 0;     // of the line
  bool waits_ = false, stopped_ = false, told_ = false;
  std::vector<std::string> barriers_;  // tokens
  SourceCounters counters_;
};

}  // namespace

std::unique_ptr<Source> ImportAuditLog(UniqueFd fd, std::string name, AuditLogOptions options) {
  return std::make_unique<AuditLog>(std::move(fd), std::move(name), std::move(options));
}

}  // namespace vexevt
