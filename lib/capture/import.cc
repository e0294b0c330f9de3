#include "lib/capture/import.h"

#include "lib/capture/line_source.h"
#include "lib/event/json_read.h"

namespace vexevt {
namespace {

class JsonImport final : public LineSource {
 public:
  JsonImport(UniqueFd fd, std::string name) : LineSource(std::move(fd), std::move(name), kMaxImportLine) {}

 private:
  Status Take(std::string_view line, FrameBatch* batch) override {
    VEXEVT_ASSIGN(bool is_event, reader_.Read(line, &event_));
    ++counters_.reported;
    if (!is_event) return {};
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
    return {};
  }

  JsonReader reader_;
  Event event_;
};

}  // namespace

std::unique_ptr<Source> ImportJson(UniqueFd fd, std::string name) {
  return std::make_unique<JsonImport>(std::move(fd), std::move(name));
}

}  // namespace vexevt
