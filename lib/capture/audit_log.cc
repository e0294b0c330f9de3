#include "lib/capture/audit_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "lib/capture/audit_event.h"
#include "lib/capture/line_source.h"

namespace vexevt {
namespace {

// The kernel's longest record is 8 KiB; an enriched one repeats it.
constexpr std::size_t kMostLine = std::size_t{64} << 10;
// Records of events that happen together are mixed, but not with those of long ago.
constexpr std::size_t kMostOpen = 64;

class AuditLog final : public LineSource {
 public:
  AuditLog(UniqueFd fd, std::string name, AuditLogOptions options)
      : LineSource(std::move(fd), std::move(name), kMostLine), options_(std::move(options)) {}

 private:
  Status Take(std::string_view line, FrameBatch* batch) override {
    ++number_;
    if (Status status = Add(line); !status.ok()) return std::move(status).WithContext(fmt::format("line {}", number_));
    Give(kMostOpen, batch);
    return {};
  }

  void GiveAll(FrameBatch* batch) override { Give(0, batch); }

  void AtEnd() override {
    if (!options_.tell || counters_.unwanted == 0 || std::exchange(told_, true)) return;
    options_.tell(
        fmt::format("'{}': {} of its records and events tell of nothing that is imported", name(), counters_.unwanted));
  }

  Status Add(std::string_view line) {
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

  AuditLogOptions options_;
  Event event_;
  std::deque<AuditEvent> open_;  // not yet given, as the log begins them
  std::uint64_t number_ = 0;     // of the line
  bool told_ = false;
};

}  // namespace

std::unique_ptr<Source> ImportAuditLog(UniqueFd fd, std::string name, AuditLogOptions options) {
  return std::make_unique<AuditLog>(std::move(fd), std::move(name), std::move(options));
}

}  // namespace vexevt
