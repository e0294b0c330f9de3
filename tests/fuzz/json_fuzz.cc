// A line of JSON is refused, or read as an event that comes back from its own JSON as the same frame. A space in front
// keeps it from PlainJson, and changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/json_read.h"
#include "lib/event/json_write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  static JsonReader reader, careful, again;
  Event event, spaced, back;
  std::string text(reinterpret_cast<const char*>(data), size);
  Result<bool> read = reader.Read(text, &event), other = careful.Read(" " + text, &spaced);
  if (read.ok() != other.ok()) std::abort();
  if (!read.ok()) {
    if (read.status().message() != other.status().message()) std::abort();
    return 0;
  }
  if (*read != *other) std::abort();
  if (!*read) return 0;
  std::vector<std::byte> frame_spaced;
  AppendFrame(spaced, &frame_spaced);
  std::vector<std::byte> frame, frame_back;
  AppendFrame(event, &frame);
  if (frame != frame_spaced) std::abort();
  if (frame.size() > kMaxFrameBytes) return 0;
  EventView view;
  if (!EventView::Bind(frame, &view)) std::abort();
  std::string line;
  AppendJson(view, &line);
  if (line.size() > JsonBound(view)) std::abort();
  read = again.Read(line, &back);
  if (!read.ok() || !*read) std::abort();
  AppendFrame(back, &frame_back);
  if (frame != frame_back) std::abort();
  return 0;
}
