#include "fuse/marks.h"

#include <gtest/gtest.h>

#include "fuse/control.h"
#include "lib/event/event_view.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

TEST(Marks, TracesAreReadInEachForm) {
  Marks marks;
  for (const char* text : {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                           "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"}) {
    marks = {};
    EXPECT_TRUE(ParseTrace(text, &marks)) << text;
    EXPECT_EQ(marks.trace_high, 0x0af7651916cd43ddu);
    EXPECT_EQ(marks.trace_low, 0x8448eb211c80319cu);
    EXPECT_EQ(marks.span, 0xb7ad6b7169203331u);
  }
  EXPECT_TRUE(ParseTrace("0af7651916cd43dd8448eb211c80319c", &marks));
  EXPECT_EQ(marks.span, 0u);
  for (const char* bad :
       {"", "0af7", "zaf7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319c-",
        "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-", "+af7651916cd43dd8448eb211c80319c"}) {
    EXPECT_FALSE(ParseTrace(bad, &marks)) << bad;
  }
}

TEST(Marks, KnownKeysAreFieldsAndOthersAttributes) {
  Marks marks;
  EXPECT_TRUE(AddMark("session", "s", &marks));
  EXPECT_TRUE(AddMark("transaction", "t", &marks));
  EXPECT_TRUE(AddMark("tags", "a,b", &marks));
  EXPECT_FALSE(AddMark("", "x", &marks));
  EXPECT_FALSE(AddMark("big", std::string(kMaxMarkBytes + 1, 'x'), &marks));
  EXPECT_EQ(marks.session, "s");
  EXPECT_EQ(marks.transaction, "t");
  ASSERT_EQ(marks.attributes.size(), 1u);
  EXPECT_EQ(marks.attributes[0], (std::pair<std::string, std::string>("tags", "a,b")));
}

TEST(Control, LinesAreBeginEndOrAnEvent) {
  EXPECT_EQ(ParseControlLine("").value().kind, ControlLine::Kind::kBlank);
  auto begin = ParseControlLine("begin nightly import");
  ASSERT_TRUE(begin.ok());
  EXPECT_EQ(begin->name, "nightly import");
  EXPECT_EQ(ParseControlLine("end").value().kind, ControlLine::Kind::kEnd);
  auto event = ParseControlLine(R"({"type":"agent.decision","agent":{"agent":"planner"}})");
  ASSERT_TRUE(event.ok()) << event.status().message();
  EventView view;
  ASSERT_TRUE(EventView::Bind(event->frame, &view));
  EXPECT_EQ(TypeName(view.type()), "agent.decision");
  EXPECT_EQ(view.boundary(), Boundary::kAgent);
  EXPECT_EQ(view.flags() & kFlagInjected, kFlagInjected);
  for (const char* bad : {"begin ", "begin", "ended", "{}", "{\"type\":\"fs.write\"}", "{\"type\":\"vexevt.lost\"}",
                          "{\"type\":\"system.mount\"}", "{\"type\":"}) {
    EXPECT_FALSE(ParseControlLine(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace vexevt
