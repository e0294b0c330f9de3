#include "lib/event/id_source.h"

#include <gtest/gtest.h>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kStart = 1'795'438'800'000'000'000;

std::uint64_t HlcOf(const Event& event) { return event.hlc ? event.hlc : HlcOfWall(event.wall_ns); }

TEST(EventIds, SourcesDifferAndCountFromOne) {
  EventIds a, b;
  EXPECT_NE(a.source(), b.source());
  EXPECT_NE(a.source(), 0u);
  Event event;
  a.Stamp(&event);
  EXPECT_EQ(event.id, (EventId{a.source(), 1}));
  a.Stamp(&event);
  EXPECT_EQ(event.id, (EventId{a.source(), 2}));
  EXPECT_EQ(a.count(), 2u);
}

TEST(EventIds, TimeMovesOnWhileTheClockStands) {
  FakeClock clock({kStart, 1000});
  EventIds ids(7, clock);
  Event first, second;
  ids.Stamp(&first);
  ids.Stamp(&second);
  EXPECT_EQ(first.wall_ns, kStart);
  EXPECT_EQ(second.wall_ns, kStart + 1);
  EXPECT_EQ(second.mono_ns, 1001u);
  EXPECT_EQ(second.hlc, 0u);
}

TEST(EventIds, AClockSetBackIsToldAndTheHybridClockKeepsOrder) {
  FakeClock clock({kStart, 1000});
  EventIds ids(7, clock);
  Event before, after, later;
  ids.Stamp(&before);
  clock.Set({kStart - 3600 * kNsPerSecond, 2000});
  ids.Stamp(&after);
  EXPECT_EQ(after.wall_ns, kStart - 3600 * kNsPerSecond);
  EXPECT_EQ(after.mono_ns, 2000u);
  EXPECT_EQ(after.hlc, HlcOfWall(kStart));
  clock.Advance(3601 * kNsPerSecond);
  ids.Stamp(&later);
  EXPECT_EQ(later.hlc, 0u);
  EXPECT_GE(HlcOf(later), HlcOf(after));
}

TEST(EventIds, WhatFollowsAnObservedEventIsLater) {
  FakeClock clock({kStart, 1000});
  EventIds ids(7, clock);
  std::uint64_t ahead = HlcOfWall(kStart + 5 * kNsPerSecond) | kHlcCountMask;
  ids.Observe(ahead);
  Event event;
  ids.Stamp(&event);
  EXPECT_EQ(event.wall_ns, kStart);
  EXPECT_EQ(event.hlc, ahead + 1);
  clock.Advance(6 * kNsPerSecond);
  ids.Stamp(&event);
  EXPECT_EQ(event.hlc, 0u);
}

TEST(LostEvent, SaysWhatIsMissing) {
  FakeClock clock({kStart, 1000});
  EventIds ids(7, clock);
  std::vector<std::byte> frame;
  AppendFrame(LostEvent({.cause = "inotify", .count = 12, .since_ns = kStart - 5, .boundary = Boundary::kKernel}, &ids),
              &frame);
  EventView view;
  ASSERT_TRUE(EventView::Bind(frame, &view));
  EXPECT_EQ(view.type(), kVexevtLost);
  EXPECT_EQ(view.boundary(), Boundary::kKernel);
  EXPECT_EQ(view.id(), (EventId{7, 1}));
  EXPECT_EQ(view.Bytes(layout::kPayloadGapCause), "inotify");
  EXPECT_EQ(view.Get<std::uint64_t>(layout::kPayloadGapLost), 12u);
  EXPECT_EQ(view.Get<std::uint64_t>(layout::kPayloadGapSinceNs), kStart - 5);
}

}  // namespace
}  // namespace vexevt
