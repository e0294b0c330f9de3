#include "lib/rules/event_key.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

std::uint64_t HashOf(const Event& event, const std::vector<std::string>& fields) {
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  return EventKey(fields).Hash(view);
}

TEST(EventKey, SameValuesSameHash) {
  Event a = SampleEvents()[1], b = SampleEvents()[2];
  EXPECT_EQ(HashOf(a, {"uid", "comm"}), HashOf(b, {"uid", "comm"}));
  EXPECT_NE(HashOf(a, {"path"}), HashOf(b, {"path"}));
  EXPECT_NE(HashOf(a, {}), HashOf(b, {}));
  EXPECT_NE(HashOf(a, {"uid", "comm"}), HashOf(a, {"comm", "uid"}));
}

TEST(EventKey, AbsentDiffersFromZeroAndEmpty) {
  Event known, unknown;
  known.flags = kFlagCredentials;
  EXPECT_NE(HashOf(known, {"uid"}), HashOf(unknown, {"uid"}));
  Event empty;
  empty.attributes = {{"team", AttributeText{""}}};
  EXPECT_NE(HashOf(empty, {"attr.team"}), HashOf(unknown, {"attr.team"}));
}

TEST(EventKey, IsTheSameInEveryRun) { EXPECT_EQ(HashOf(SampleEvents()[1], {"path", "uid"}), 1480026365517213955u); }

}  // namespace
}  // namespace vexevt
