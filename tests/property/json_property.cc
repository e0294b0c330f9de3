// Any event that Encode writes comes back from its JSON as the same bytes, and the JSON is text that is safe to show.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "lib/base/utf8.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/json_read.h"
#include "lib/event/json_write.h"
#include "tests/property/random_event.h"

namespace vexevt {
namespace {

RC_GTEST_PROP(JsonProperty, GivesTheSameFrameBack, ()) {
  RandomEvents maker;
  Event event = maker.Any();
  std::vector<std::byte> frame, frame_back;
  AppendFrame(event, &frame);
  EventView view;
  RC_ASSERT(EventView::Bind(frame, &view));
  std::string line;
  AppendJson(view, &line);
  RC_LOG() << line;
  RC_ASSERT(line.size() + 8 <= JsonBound(view));
  RC_ASSERT(IsUtf8(line));
  RC_ASSERT(line.find('\n') == line.size() - 1);
  RC_ASSERT(line.find('\x1b') == std::string::npos);

  JsonReader reader;
  Event back;
  Result<bool> read = reader.Read(line, &back);
  if (!read.ok()) RC_FAIL(read.status().message());
  AppendFrame(back, &frame_back);
  RC_ASSERT(frame == frame_back);

  // A space in front keeps a line from PlainJson.
  RC_ASSERT(*reader.Read(" " + line, &back));
  frame_back.clear();
  AppendFrame(back, &frame_back);
  RC_ASSERT(frame == frame_back);
}

// What no event is (random text, and lines with a byte changed) is refused or read, and what is read can be written.
RC_GTEST_PROP(JsonProperty, ReadsAnyLineOrSaysWhyNot, ()) {
  RandomEvents maker;
  Event event = maker.Any();
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  RC_ASSERT(EventView::Bind(frame, &view));
  std::string line;
  AppendJson(view, &line);
  line[*rc::gen::inRange<std::size_t>(0, line.size())] = *rc::gen::arbitrary<char>();
  JsonReader reader, careful;
  Event back, spaced;
  Result<bool> read = reader.Read(line, &back), other = careful.Read(" " + line, &spaced);
  RC_ASSERT(read.ok() == other.ok());
  if (!read.ok()) {
    RC_ASSERT(read.status().message().starts_with("line 1: "));
    RC_ASSERT(read.status().message() == other.status().message());
  } else if (*read) {
    frame.clear();
    AppendFrame(back, &frame);
    RC_ASSERT(EventView::Bind(frame, &view));
    std::vector<std::byte> frame_spaced;
    AppendFrame(spaced, &frame_spaced);
    RC_ASSERT(frame == frame_spaced);
  }
}

}  // namespace
}  // namespace vexevt
