#include "lib/stream/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

using testing::HasSubstr;
using testing::Not;

void AddTo(Summary* summary, const Event& event) {
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  ASSERT_TRUE(EventView::Bind(frame, &view));
  summary->Add(view);
}

Event EventAt(std::uint64_t seconds, EventType type, std::string_view comm) {
  Event event;
  event.wall_ns = seconds * 1'000'000'000;
  event.type = type;
  event.boundary = Boundary::kKernel;
  event.comm = comm;
  event.host = "h";
  return event;
}

TEST(SummaryOfStream, OfNothing) {
  Summary summary;
  EXPECT_EQ(summary.Text(), "events        0\n");
  EXPECT_EQ(summary.Json(),
            "{\"events\":0,\"bytes\":0,\"out_of_order\":0,\"lost\":0,\"gaps\":0,\"gaps_unknown\":0,\"types\":{},"
            "\"boundaries\":{},\"hosts\":{},\"commands\":{}}\n");
}

TEST(SummaryOfStream, Counts) {
  Summary summary;
  AddTo(&summary, EventAt(10, kFsCreate, "a"));
  AddTo(&summary, EventAt(12, kFsCreate, "\x1b"));
  AddTo(&summary, EventAt(11, kFsDelete, "a"));
  Event gap = EventAt(20, kVexevtLost, "");
  gap.payload = GapPayload{"ring", 5, 0};
  AddTo(&summary, gap);
  EXPECT_THAT(summary.Text(), HasSubstr("lost          5 in 1 gap\n"));
  gap.payload = GapPayload{};
  AddTo(&summary, gap);
  std::string text = summary.Text();
  EXPECT_THAT(text, HasSubstr("events        5\n"));
  EXPECT_THAT(text,
              HasSubstr("from          1970-01-01T00:00:10.000000000Z\nto            1970-01-01T00:00:20.000000000Z\n"
                        "span          10s (0.5 events/s)\nout of order  1\nlost          >=5 in 2 gaps\n"));
  EXPECT_THAT(text, HasSubstr("fs.create                                   2   40.0\n"));
  EXPECT_THAT(text, HasSubstr("\\x1b                                        1   20.0\n"));
  EXPECT_THAT(summary.Json(), HasSubstr("\"out_of_order\":1,\"lost\":5,\"gaps\":2,\"gaps_unknown\":1,"
                                        "\"types\":{\"fs.create\":2,\"vexevt.lost\":2,\"fs.delete\":1},"
                                        "\"boundaries\":{\"kernel\":5},\"hosts\":{\"h\":5},"
                                        "\"commands\":{\"\":2,\"a\":2,\"\\u001b\":1}}"));
}

TEST(SummaryOfStream, IsBounded) {
  Summary summary;
  for (std::size_t i = 0; i < Summary::kMaxNames + 100; ++i) {
    AddTo(&summary, EventAt(1, kFsOpen, std::to_string(i)));
  }
  EXPECT_THAT(summary.Json(), HasSubstr("\"commands_others\":100"));
  EXPECT_THAT(summary.Text(), HasSubstr("(others)"));
}

}  // namespace
}  // namespace vexevt
