#include "lib/capture/kernel_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/lost_event.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kRing = 77;

Event Fs(EventType type, std::string_view path, std::string_view path2 = {}) {
  Event event;
  event.id = {kRing, 1};
  event.wall_ns = 1000;
  event.type = type;
  event.pid = 5;
  event.payload = FsPayload{.path = path, .path2 = path2, .inode = 9};
  return event;
}

// What Forward makes of the frames of `events`, as lines.
std::vector<std::string> Told(KernelFrames* frames, const std::vector<Event>& events) {
  std::vector<std::byte> bytes;
  for (const Event& event : events) AppendFrame(event, &bytes);
  FrameBatch batch;
  std::span<std::byte> room(batch.Reserve(bytes.size()), bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  EXPECT_TRUE(frames->Forward(room, &batch).ok());
  std::vector<std::string> lines;
  for (auto rest = batch.frames(); !rest.empty();) {
    std::size_t size = MeasureFrame(rest).bytes;
    EventView view;
    if (!EventView::Bind(rest.first(size), &view)) {
      ADD_FAILURE() << "not an event";
      break;
    }
    std::string line = TypeName(view.type()) + " " + std::string(view.path());
    if (!view.path2().empty()) line += " " + std::string(view.path2());
    lines.push_back(line);
    rest = rest.subspan(size);
  }
  return lines;
}

Selection Types(std::initializer_list<EventType> types) {
  Selection selection;
  selection.fs_types = 0;
  for (EventType type : types) selection.fs_types |= std::uint64_t{1} << (type & 0xff);
  return selection;
}

TEST(KernelFramesTest, ForwardsAsTheyLie) {
  KernelFrames frames({}, kRing, false, nullptr);
  std::vector<std::byte> bytes;
  AppendFrame(Fs(kFsCreate, "/a"), &bytes);
  AppendFrame(Fs(kFsRename, "/a", "/b"), &bytes);
  FrameBatch batch;
  std::span<std::byte> room(batch.Reserve(bytes.size()), bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  ASSERT_TRUE(frames.Forward(room, &batch).ok());
  EXPECT_TRUE(std::ranges::equal(batch.frames(), bytes));
  EXPECT_EQ(frames.counters.events, 2U);
  EXPECT_EQ(frames.last().wall_ns, 1000U);
}

TEST(KernelFramesTest, GapsPassAndAreCounted) {
  KernelFrames frames(Types({}), kRing, true, nullptr);
  EventIds ids;
  EXPECT_THAT(Told(&frames, {LostEvent({.cause = "kmod", .count = 7}, &ids)}), ElementsAre("vexevt.lost "));
  EXPECT_EQ(frames.counters.gaps, 1U);
}

TEST(KernelFramesTest, ARenameAcrossTheBorderIsAMove) {
  KernelFrames frames({}, kRing, false, nullptr);
  frames.Select({"/in", "/also"}, true);
  std::string before(3000, 'x');  // what is left out moves the frames behind it
  EXPECT_THAT(
      Told(&frames, {Fs(kFsRename, "/out/" + before, "/out/b"), Fs(kFsRename, "/in/a", "/also/b"),
                     Fs(kFsRename, "/in/a", "/out/b"), Fs(kFsRename, "/out/longer", "/in/b"), Fs(kFsDelete, "/in/b")}),
      ElementsAre("fs.rename /in/a /also/b", "fs.move-out /in/a /out/b", "fs.move-in /in/b /out/longer",
                  "fs.delete /in/b"));
  EXPECT_EQ(frames.counters.unwanted, 1U);
}

TEST(KernelFramesTest, AMoveKeepsTheRestOfTheEvent) {
  KernelFrames frames({}, kRing, false, nullptr);
  frames.Select({"/in"}, true);
  std::vector<std::byte> bytes;
  Event event = Fs(kFsRename, "/out/a", "/in/b");
  event.comm = "mv";
  event.cgroup = "/user.slice";
  AppendFrame(event, &bytes);
  FrameBatch batch;
  std::span<std::byte> room(batch.Reserve(bytes.size()), bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  ASSERT_TRUE(frames.Forward(room, &batch).ok());
  EventView view;
  ASSERT_TRUE(EventView::Bind(batch.frames(), &view));
  Event got;
  Unpack(view, &got);
  EXPECT_EQ(got.comm, "mv");
  EXPECT_EQ(got.cgroup, "/user.slice");
  EXPECT_EQ(got.id, event.id);
  EXPECT_EQ(std::get<FsPayload>(got.payload).inode, 9U);
}

TEST(KernelFramesTest, OnlyWantedTypesAreTold) {
  KernelFrames moves(Types({kFsMoveIn}), kRing, false, nullptr);
  moves.Select({"/in"}, true);
  EXPECT_THAT(
      Told(&moves, {Fs(kFsRename, "/in/a", "/in/b"), Fs(kFsRename, "/in/a", "/b"), Fs(kFsRename, "/a", "/in/b")}),
      ElementsAre("fs.move-in /in/b /a"));
  KernelFrames renames(Types({kFsRename}), kRing, false, nullptr);
  renames.Select({"/in"}, true);
  EXPECT_THAT(Told(&renames, {Fs(kFsRename, "/in/a", "/b"), Fs(kFsRename, "/in/a", "/in/b")}),
              ElementsAre("fs.rename /in/a /in/b"));
}

TEST(KernelFramesTest, FoldersThatTheKernelWasNotAskedForAreLookedAtHere) {
  for (bool asked : {false, true}) {
    KernelFrames frames({}, kRing, false, nullptr);
    frames.Select({"/in"}, asked);
    auto told = Told(&frames, {Fs(kFsCreate, "/out/a"), Fs(kFsCreate, "/in/a")});
    EXPECT_EQ(told.size(), asked ? 2U : 1U);
    EXPECT_EQ(told.back(), "fs.create /in/a");
  }
}

TEST(KernelFramesTest, WhatIsInjectedIsSelectedHere) {
  auto injected = [](Event event, std::uint64_t source) {
    event.flags |= kFlagInjected;
    event.id.source = source;
    return event;
  };
  KernelFrames frames(Types({kFsCreate, kFsRename}), kRing, true, nullptr);
  frames.Select({"/in"}, true);
  Event search;
  search.type = *ParseType("vector.search");
  search.payload = VectorPayload{.collection = "docs"};
  EXPECT_THAT(Told(&frames, {injected(Fs(kFsCreate, "/out/a"), 1), injected(Fs(kFsDelete, "/in/a"), 1),
                             injected(Fs(kFsCreate, "/in/a"), 1), injected(Fs(kFsRename, "/out/a", "/in/a"), 1),
                             injected(search, 1)}),
              ElementsAre("fs.create /in/a", "fs.rename /out/a /in/a", "vector.search "));
  // What came from here and was injected again is not told twice.
  EXPECT_THAT(Told(&frames, {injected(Fs(kFsCreate, "/in/a"), kRing)}), IsEmpty());
  EXPECT_EQ(frames.counters.own, 1U);
}

TEST(KernelFramesTest, ACommandsCaptureSaysNothingOfMounts) {
  Event unmount;
  unmount.type = kSystemUnmount;
  unmount.payload = SystemPayload{.subject = "/mnt"};
  for (bool command : {false, true}) {
    KernelFrames frames({}, kRing, command, nullptr);
    EXPECT_EQ(Told(&frames, {unmount}).size(), command ? 0U : 1U);
  }
}

TEST(KernelFramesTest, WhatIsNoEventIsRefused) {
  std::vector<std::byte> bytes;
  AppendFrame(Fs(kFsCreate, "/a"), &bytes);
  std::size_t whole = bytes.size();
  AppendFrame(Fs(kFsCreate, "/b"), &bytes);
  std::memset(bytes.data() + whole + 8, 0xff, 8);  // the pointer to the root
  KernelFrames frames({}, kRing, false, nullptr);
  FrameBatch batch;
  std::span<std::byte> room(batch.Reserve(bytes.size()), bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  EXPECT_EQ(frames.Forward(room, &batch).code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace vexevt
