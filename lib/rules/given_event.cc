#include "lib/rules/given_event.h"

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/json_read.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;

Result<std::vector<std::byte>> FirstEvent(std::string_view text) {
  if (text.starts_with('{')) return FrameOfJson(text.substr(0, text.find('\n')));
  auto bytes = AsBytes(text);
  FrameSize size = MeasureFrame(bytes);
  const bool whole = size.state == FrameState::kOk && size.bytes <= bytes.size();
  bytes = bytes.first(whole ? size.bytes : 0);
  std::vector<std::byte> frame(bytes.begin(), bytes.end());  // aligned
  EventView event;
  if (!EventView::Bind(frame, &event)) return InvalidArgument("no event, neither as JSON nor as a frame");
  return frame;
}

}  // namespace

Result<std::vector<std::byte>> FrameOfJson(std::string_view json) {
  JsonReader reader;
  Event event;
  auto read = reader.Read(json, &event);
  if (!read.ok()) return InvalidArgument(read.status().message());
  if (!*read) return InvalidArgument("an event is wanted, as JSON");
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

Result<std::vector<std::byte>> LoadEvent(const std::string& event) {
  if (event.starts_with('{')) return FrameOfJson(event);
  Result<std::string> text = ReadFile(event, kMaxFileBytes);
  if (!text.ok()) return std::move(text).status();
  Result<std::vector<std::byte>> frame = FirstEvent(*text);
  if (!frame.ok()) return std::move(frame).status().WithContext(event);
  return frame;
}

}  // namespace vexevt
