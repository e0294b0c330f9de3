#include "lib/capture/kernel_lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/capture/testing/kernel_ring.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kLane = 16384;

std::vector<std::byte> Frame(std::string_view path) {
  Event event;
  event.type = kFsCreate;
  event.payload = FsPayload{.path = path};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

KernelLanes Open(const KernelRing& ring) {
  auto lanes = KernelLanes::Over(ring.bytes(), ring.page());
  EXPECT_TRUE(lanes.ok());
  return *lanes;
}

// The paths of what Next gives until it gives nothing.
std::vector<std::string> Rest(KernelLanes* lanes) {
  FrameBatch batch;
  std::vector<std::string> paths;
  for (;;) {
    auto frames = lanes->Next(&batch);
    EXPECT_TRUE(frames.ok()) << frames.status().message();
    if (!frames.ok() || frames->empty()) return paths;
    for (std::span<const std::byte> rest = *frames; !rest.empty();) {
      std::size_t size = MeasureFrame(rest).bytes;
      EventView view;
      if (size > rest.size() || !EventView::Bind(rest.first(size), &view)) {
        ADD_FAILURE() << "cut";
        return paths;
      }
      paths.emplace_back(view.path());
      rest = rest.subspan(size);
    }
  }
}

std::vector<std::string> Taken(KernelLanes* lanes) {
  EXPECT_TRUE(lanes->Look().ok());
  std::vector<std::string> paths = Rest(lanes);
  lanes->Release();
  return paths;
}

bool Refused(KernelLanes* lanes) {
  FrameBatch batch;
  Status status = lanes->Look();
  while (status.ok()) {
    auto frames = lanes->Next(&batch);
    if (frames.ok() && frames->empty()) return false;
    status = std::move(frames).status();
  }
  return status.code() == StatusCode::kDataLoss;
}

TEST(KernelLanesTest, GivesWhatIsThereOnce) {
  KernelRing ring(kLane, 0);
  KernelLanes lanes = Open(ring);
  EXPECT_THAT(Taken(&lanes), IsEmpty());
  ring.Put(Frame("/a"));
  ring.Put(Frame("/b"));
  EXPECT_THAT(Taken(&lanes), ElementsAre("/a", "/b"));
  EXPECT_THAT(Taken(&lanes), IsEmpty());
  EXPECT_EQ(ring.consumer()->normal, ring.producer()->normal);
}

TEST(KernelLanesTest, GivesWhatLookSawAndReleasesItWhenTold) {
  KernelRing ring(kLane, 0);
  KernelLanes lanes = Open(ring);
  ring.Put(Frame("/a"));
  ASSERT_TRUE(lanes.Look().ok());
  ring.Put(Frame("/b"));
  EXPECT_THAT(Rest(&lanes), ElementsAre("/a"));
  EXPECT_EQ(ring.consumer()->normal, 0U);
  lanes.Release();
  EXPECT_EQ(ring.consumer()->normal, Frame("/a").size());
}

// From positions near the end of a lane, and near that of 64 bits.
TEST(KernelLanesTest, GoesRound) {
  for (std::uint64_t start : {std::uint64_t{0}, std::uint64_t{kLane - 8}, ~std::uint64_t{0} - 1023}) {
    KernelRing ring(kLane, kLane, start);
    KernelLanes lanes = Open(ring);
    for (int i = 0; i < 1000; ++i) {
      std::string a = "/" + std::string(static_cast<std::size_t>(i % 300), 'a'), b = "/b" + std::to_string(i);
      ring.Put(Frame(a));
      ring.PutUrgent(Frame(b));
      ring.Put(Frame(a));
      ASSERT_THAT(Taken(&lanes), ElementsAre(a, b, a));
    }
  }
}

TEST(KernelLanesTest, UrgentFramesComeInTheirPlace) {
  KernelRing ring(kLane, kLane);
  KernelLanes lanes = Open(ring);
  ring.PutUrgent(Frame("/1"));
  ring.PutUrgent(Frame("/2"));
  ring.Put(Frame("/3"));
  ring.PutUrgent(Frame("/4"));
  ring.Put(Frame("/5"));
  ring.Put(Frame("/6"));
  ring.PutUrgent(Frame("/7"));
  EXPECT_THAT(Taken(&lanes), ElementsAre("/1", "/2", "/3", "/4", "/5", "/6", "/7"));
}

// Published between the two loads of Look: it belongs behind what Look did not see.
TEST(KernelLanesTest, AnUrgentFrameAheadOfTheNormalLaneWaits) {
  KernelRing ring(kLane, kLane);
  KernelLanes lanes = Open(ring);
  std::vector<std::byte> first = Frame("/1"), second = Frame("/2");
  ring.Put(first);
  ring.PutUrgent(Frame("/3"), first.size() + second.size());
  EXPECT_THAT(Taken(&lanes), ElementsAre("/1"));
  ring.Put(second);
  EXPECT_THAT(Taken(&lanes), ElementsAre("/2", "/3"));
}

TEST(KernelLanesTest, MoreThanABatchComesInPieces) {
  KernelRing ring(1 << 20, 0);
  KernelLanes lanes = Open(ring);
  std::string path = "/" + std::string(3000, 'p');
  for (int i = 0; i < 300; ++i) ring.Put(Frame(path));
  EXPECT_EQ(Taken(&lanes), std::vector<std::string>(300, path));
}

TEST(KernelLanesTest, TheLargestFrameFits) {
  KernelRing ring(1 << 20, 1 << 18);
  KernelLanes lanes = Open(ring);
  std::vector<std::byte> frame = Frame("");
  std::string path(VEXEVT_INJECT_MAX - Frame(std::string(8, 'p')).size() + 8, 'p');
  frame = Frame(path);
  ASSERT_EQ(frame.size(), std::size_t{VEXEVT_INJECT_MAX});
  ring.Put(frame);
  ring.PutUrgent(frame);
  ring.Put(frame);
  EXPECT_THAT(Taken(&lanes), ElementsAre(path, path, path));
  ring.Put(Frame(path + "12345678"));
  EXPECT_TRUE(Refused(&lanes));
}

TEST(KernelLanesTest, PositionsThatCannotBeAreRefused) {
  for (std::uint64_t position : {std::uint64_t{4}, std::uint64_t{kLane + 8}, ~std::uint64_t{7}, ~std::uint64_t{0}}) {
    for (bool urgent : {false, true}) {
      KernelRing ring(kLane, kLane);
      KernelLanes lanes = Open(ring);
      (urgent ? ring.producer()->urgent : ring.producer()->normal) = position;
      EXPECT_TRUE(Refused(&lanes)) << position << urgent;
    }
  }
  // Back behind what was seen.
  KernelRing ring(kLane, 0);
  KernelLanes lanes = Open(ring);
  ring.Put(Frame("/a"));
  ASSERT_TRUE(lanes.Look().ok());
  ring.producer()->normal = 0;
  EXPECT_FALSE(lanes.Look().ok());
}

TEST(KernelLanesTest, PlacesThatCannotBeAreRefused) {
  for (std::uint64_t place : {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{8 * kLane}, ~std::uint64_t{0}}) {
    KernelRing ring(kLane, kLane);
    KernelLanes lanes = Open(ring);
    ring.Put(Frame("/a"));
    Taken(&lanes);
    ring.PutUrgent(Frame("/b"), place);
    ring.Put(Frame("/c"));
    EXPECT_TRUE(Refused(&lanes)) << place;
  }
}

TEST(KernelLanesTest, TornFramesAreRefused) {
  for (bool urgent : {false, true}) {
    for (std::uint64_t missing : {8U, 16U, 40U}) {
      KernelRing ring(kLane, kLane);
      KernelLanes lanes = Open(ring);
      urgent ? ring.PutUrgent(Frame("/a")) : ring.Put(Frame("/a"));
      (urgent ? ring.producer()->urgent : ring.producer()->normal) -= missing;
      EXPECT_TRUE(Refused(&lanes)) << urgent << missing;
    }
  }
  // The place of an urgent frame cuts one of the normal lane.
  KernelRing ring(kLane, kLane);
  KernelLanes lanes = Open(ring);
  ring.Put(Frame("/a"));
  ring.PutUrgent(Frame("/b"), 16);
  EXPECT_TRUE(Refused(&lanes));
}

TEST(KernelLanesTest, FramesOfSeveralSegmentsAreRefused) {
  KernelRing ring(kLane, 0);
  KernelLanes lanes = Open(ring);
  std::vector<std::byte> frame = Frame("/a");
  frame[0] = std::byte{1};
  ring.Put(frame);
  EXPECT_TRUE(Refused(&lanes));
}

TEST(KernelLanesTest, LayoutsThatCannotBeAreRefused) {
  auto opens = [](auto change) {
    KernelRing ring(kLane, kLane);
    change(ring.producer());
    return KernelLanes::Over(ring.bytes(), ring.page()).ok();
  };
  EXPECT_TRUE(opens([](vexevt_producer*) {}));
  EXPECT_FALSE(opens([](vexevt_producer* producer) { producer->abi = 2; }));
  for (std::uint64_t bad : {std::uint64_t{1}, std::uint64_t{kLane * 3}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_FALSE(opens([&](vexevt_producer* producer) { producer->normal_at = bad; })) << bad;
    EXPECT_FALSE(opens([&](vexevt_producer* producer) { producer->urgent_at = bad | kLane * 4; })) << bad;
    EXPECT_FALSE(opens([&](vexevt_producer* producer) { producer->normal_bytes = bad; })) << bad;
    EXPECT_FALSE(opens([&](vexevt_producer* producer) { producer->urgent_bytes = bad; })) << bad;
  }
  KernelRing ring(kLane, 0);
  EXPECT_FALSE(KernelLanes::Over(ring.bytes().first(ring.page()), ring.page()).ok());
}

}  // namespace
}  // namespace vexevt
