#include "lib/route/backlog.h"

#include <gtest/gtest.h>

#include <optional>

#include "lib/event/lost_event.h"
#include "lib/route/testing/frames.h"

namespace vexevt {
namespace {

using Numbers = std::vector<std::int64_t>;
using Shed = Backlog::Shed;

// Of one size, so that a backlog has room for a known number.
std::vector<std::byte> Frame(std::uint64_t number, Priority priority = Priority::kNormal) {
  Event event;
  event.id = {1, number};
  event.wall_ns = 1;
  event.type = kFsCreate;
  event.priority = priority;
  event.payload = FsPayload{.path = "/srv/abc"};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

std::size_t RoomFor(std::size_t frames) {
  Backlog backlog(1 << 20, Shed::kNewest);
  backlog.Add(Frame(1, Priority::kHigh));
  return frames * backlog.bytes();
}

std::size_t Add(Backlog& backlog, std::uint64_t first, std::uint64_t last, Priority priority = Priority::kNormal) {
  std::size_t shed = 0;
  for (; first <= last; ++first) shed += backlog.Add(Frame(first, priority));
  return shed;
}

// What comes out: numbers, and losses as -1 - count; 0 for a loss of unknown size.
Numbers TakeAll(Backlog& backlog, std::size_t most = ~std::size_t{0}) {
  Numbers numbers;
  for (;;) {
    Backlog::Loss loss = backlog.TakeLoss();
    if (loss.events > 0) numbers.push_back(-1 - static_cast<std::int64_t>(loss.events));
    if (loss.more) numbers.push_back(0);
    if (backlog.empty() || most-- == 0) return numbers;
    std::vector<std::byte> frame(backlog.front().begin(), backlog.front().end());
    numbers.push_back(static_cast<std::int64_t>(ViewOf(frame).id().sequence));
    backlog.Pop();
  }
}

TEST(Backlog, ShedsTheNewestAndTellsWhere) {
  Backlog backlog(RoomFor(10), Shed::kNewest);
  EXPECT_EQ(Add(backlog, 1, 15), 5u);
  EXPECT_EQ(TakeAll(backlog, 2), (Numbers{1, 2}));
  // Less than a quarter is free: one gap, not one after each event that is taken.
  EXPECT_EQ(Add(backlog, 16, 16), 1u);
  EXPECT_EQ(TakeAll(backlog, 2), (Numbers{3, 4}));
  EXPECT_EQ(Add(backlog, 17, 17), 0u);
  EXPECT_EQ(TakeAll(backlog), (Numbers{5, 6, 7, 8, 9, 10, -1 - 6, 17}));
  EXPECT_EQ(backlog.bytes(), 0u);
}

TEST(Backlog, ShedsTheOldestAndTellsWhere) {
  Backlog backlog(RoomFor(10), Shed::kOldest);
  EXPECT_EQ(Add(backlog, 1, 15), 5u);
  EXPECT_EQ(TakeAll(backlog), (Numbers{-1 - 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_FALSE(backlog.has_loss());
}

TEST(Backlog, ALossBehindTheLastOneIsTold) {
  Backlog backlog(RoomFor(2), Shed::kNewest);
  Add(backlog, 1, 5);
  EXPECT_EQ(TakeAll(backlog), (Numbers{1, 2, -1 - 3}));
}

// The least urgent goes, whichever way it is shed; order is kept, and every loss stands where it was.
TEST(Backlog, WhatIsUrgentStaysWhileSomethingLessUrgentIsThere) {
  for (Shed shed : {Shed::kNewest, Shed::kOldest}) {
    Backlog backlog(RoomFor(6), shed);
    Add(backlog, 1, 1, Priority::kHigh);
    Add(backlog, 2, 3, Priority::kBackground);
    Add(backlog, 4, 4, Priority::kLow);
    Add(backlog, 5, 6, Priority::kNormal);
    EXPECT_EQ(Add(backlog, 7, 7, Priority::kHigh), 1u);
    EXPECT_EQ(Add(backlog, 8, 9, Priority::kCritical), 2u);
    EXPECT_EQ(Add(backlog, 10, 10, Priority::kBackground), 1u) << "there is nothing less urgent than itself";
    EXPECT_EQ(backlog.shed_counts(), (Backlog::Counts{3, 1, 0, 0, 0}));
    EXPECT_EQ(TakeAll(backlog), (Numbers{1, -1 - 3, 5, 6, 7, 8, 9, -1 - 1}));
  }
}

TEST(Backlog, OfTheUrgentOnesTheNewestOrOldestGoWhereNothingElseIsLeft) {
  Backlog newest(RoomFor(3), Shed::kNewest), oldest(RoomFor(3), Shed::kOldest);
  EXPECT_EQ(Add(newest, 1, 5, Priority::kCritical), 2u);
  EXPECT_EQ(Add(oldest, 1, 5, Priority::kCritical), 2u);
  EXPECT_EQ(TakeAll(newest), (Numbers{1, 2, 3, -1 - 2}));
  EXPECT_EQ(TakeAll(oldest), (Numbers{-1 - 2, 3, 4, 5}));
}

TEST(Backlog, LossesThatAShedGapTellsOfAreKept) {
  FakeClock clock{{1, 1}};
  EventIds ids(7, clock);
  std::vector<std::byte> known, unknown;
  AppendFrame(LostEvent({.cause = "x", .count = 40}, &ids), &known);
  AppendFrame(LostEvent({.cause = "x", .count = 0}, &ids), &unknown);
  Backlog backlog(1, Shed::kNewest);
  EXPECT_EQ(backlog.Add(Frame(1)), 0u) << "where nothing waits there is room for any";
  EXPECT_EQ(backlog.Add(Frame(2)), 1u);
  EXPECT_EQ(backlog.Add(known), 1u) << "a gap is more urgent than what waits, and goes in its place";
  EXPECT_EQ(backlog.Add(known), 1u);
  EXPECT_EQ(TakeAll(backlog, 0), (Numbers{-1 - 2}));
  backlog.Pop();
  EXPECT_EQ(TakeAll(backlog), (Numbers{-1 - 40}));
  backlog.Add(Frame(3, Priority::kCritical));
  EXPECT_EQ(backlog.Add(unknown), 1u);
  EXPECT_EQ(backlog.Add(known), 1u);
  EXPECT_EQ(TakeAll(backlog), (Numbers{3, -1 - 40, 0}));
}

TEST(Backlog, AFrameLargerThanAllThereIsIsTakenAlone) {
  Backlog backlog(64, Shed::kOldest);
  EXPECT_EQ(backlog.Add(Frame(1)), 0u);
  EXPECT_EQ(backlog.Add(Frame(2)), 1u);
  EXPECT_EQ(TakeAll(backlog), (Numbers{-1 - 1, 2}));
}

}  // namespace
}  // namespace vexevt
