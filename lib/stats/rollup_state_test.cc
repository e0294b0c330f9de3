#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lib/stats/rollup.h"
#include "lib/stats/testing/told.h"

namespace vexevt {
namespace {

using testing::ElementsAre;

constexpr std::string_view kEverything =
    "count, sum(size), mean(attr.x), stddev(attr.x), p99(size), distinct(path), topk(2, path), first(path), "
    "histogram(size), entropy(path) by pid, comm every 10s over 30s";
constexpr RollupLimits kTight{.most_groups = 3, .lateness_ns = 4 * kNsPerSecond};

std::string Saved(ToldRollup* told) {
  Packer packer;
  told->rollup().Save(&packer);
  return packer.Take();
}

bool Loads(std::string_view bytes, ToldRollup* told) {
  Unpacker unpacker(bytes);
  return told->rollup().Load(&unpacker) && unpacker.done();
}

// An event, or a gap, some seconds behind `newest`, or before it.
Event Next(std::mt19937* random, std::uint64_t* newest) {
  static constexpr std::string_view kPaths[] = {"/a", "/b", "/c", "/d"};
  Event event;
  *newest += (*random)() % 40 == 0 ? 100 : (*random)() % 3;
  event.wall_ns = (*newest - std::min<std::uint64_t>(*newest, (*random)() % 6)) * kNsPerSecond;
  if ((*random)() % 30 == 0) {
    event.type = kVexevtLost;
    event.payload = GapPayload{"ring", 3, event.wall_ns - kNsPerSecond};
    return event;
  }
  event.type = kFsWrite;
  event.flags = kFlagStat;
  event.pid = (*random)() % 4;
  event.comm = event.pid % 2 == 0 ? "cc" : "a name of more bytes than a key keeps in its place";
  event.payload = FsPayload{.path = kPaths[(*random)() % 4], .size = (*random)() % 100'000};
  event.attributes = {{"x", static_cast<double>((*random)() % 1000) / 7}};
  return event;
}

TEST(RollupState, ARollupThatGoesOnTellsWhatOneWould) {
  for (unsigned round = 0; round < 50; ++round) {
    std::mt19937 random(round);
    ToldRollup whole(kEverything, kTight);
    auto part = std::make_unique<ToldRollup>(kEverything, kTight);
    std::uint64_t newest = 1000;
    for (int i = 0; i < 200; ++i) {
      const Event event = Next(&random, &newest);
      whole.See(event);
      part->See(event);
      ASSERT_EQ(part->Told(), whole.Told()) << round << ", " << i;
      if (random() % 7 > 0) continue;
      auto next = std::make_unique<ToldRollup>(kEverything, kTight);
      ASSERT_TRUE(Loads(Saved(part.get()), next.get()));
      part = std::move(next);
    }
    ASSERT_EQ(part->rollup().next_deadline_ns(), whole.rollup().next_deadline_ns());
    ASSERT_EQ(part->Finish(), whole.Finish()) << round;
  }
}

TEST(RollupState, WithLessRoomTheRestIsInOther) {
  std::mt19937 random(1);
  std::uint64_t newest = 1000;
  ToldRollup before("count by pid every 10s"), after("count by pid every 10s", {.most_groups = 1});
  Event event = Next(&random, &newest);
  for (std::uint32_t pid = 1; pid <= 3; ++pid) {
    event.type = kFsWrite;
    event.wall_ns = 1001 * kNsPerSecond;
    event.pid = pid;
    before.See(event);
  }
  ASSERT_TRUE(Loads(Saved(&before), &after));
  EXPECT_THAT(after.Finish(), ElementsAre("1000-1010 1 1", "1000-1010 other 2"));
}

TEST(RollupState, RefusesWhatIsCutOffOrOutOfOrder) {
  std::mt19937 random(5);
  std::uint64_t newest = 1000;
  ToldRollup told(kEverything, kTight);
  for (int i = 0; i < 30; ++i) told.See(Next(&random, &newest));
  const std::string saved = Saved(&told);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    ToldRollup after(kEverything, kTight);
    EXPECT_FALSE(Loads(std::string_view(saved).substr(0, size), &after)) << size;
  }
  ToldRollup twice(kEverything, kTight);
  ASSERT_TRUE(Loads(saved, &twice));
  EXPECT_FALSE(Loads(saved, &twice)) << "the same windows again";
}

}  // namespace
}  // namespace vexevt
