// Lines of an audit log are refused, or gathered into one event that can be written and read.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/capture/audit_event.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  AuditEvent gathered(0, 0, "");
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto record = ReadAuditRecord(line);
    if (!record.ok()) continue;
    if (AuditEvent::Knows(record->type) && !gathered.Add(*record).ok()) continue;
  }
  Event event;
  if (!gathered.Tell(&event)) return 0;
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  if (frame.size() <= kMaxFrameBytes && !EventView::Bind(frame, &view)) std::abort();
  return 0;
}
