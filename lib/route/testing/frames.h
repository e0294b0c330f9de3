// Numbered events for tests: made, and found again in what arrived.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/layout.h"

namespace vexevt {

// Different lengths, so that no boundary is where it is by chance.
inline std::vector<std::byte> NumberedFrame(std::uint64_t number, EventType type = kFsCreate,
                                            Priority priority = Priority::kNormal) {
  std::string path = "/srv/" + std::to_string(number % 10) + std::string(number % 7 * 5, 'x');
  Event event;
  event.id = {1, number};
  event.wall_ns = 1'795'438'800'000'000'000 + number;
  event.type = type;
  event.priority = priority;
  event.uid = static_cast<std::uint32_t>(number % 5);
  event.flags = kFlagCredentials;
  event.payload = FsPayload{.path = path};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

inline EventView ViewOf(const std::vector<std::byte>& frame) {
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  return view;
}

// What arrived: numbers of events, and gaps as -1 - count. Fails where it is not whole frames.
inline std::vector<std::int64_t> Arrived(std::string_view bytes) {
  std::vector<std::uint64_t> words(RoundUpToWord(bytes.size()) / 8);
  if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  auto rest = std::as_bytes(std::span(words)).first(bytes.size());
  std::vector<std::int64_t> numbers;
  while (!rest.empty()) {
    FrameSize size = MeasureFrame(rest);
    EventView view;
    if (size.state != FrameState::kOk || size.bytes > rest.size() || !EventView::Bind(rest.first(size.bytes), &view)) {
      ADD_FAILURE() << "not a frame, " << rest.size() << " bytes before the end";
      break;
    }
    if (view.type() == kVexevtLost) {
      numbers.push_back(-1 - static_cast<std::int64_t>(view.Get<std::uint64_t>(layout::kPayloadGapLost)));
    } else {
      numbers.push_back(static_cast<std::int64_t>(view.id().sequence));
    }
    rest = rest.subspan(size.bytes);
  }
  return numbers;
}

inline std::vector<std::int64_t> Sequence(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> numbers;
  for (; first <= last; ++first) numbers.push_back(first);
  return numbers;
}

}  // namespace vexevt
