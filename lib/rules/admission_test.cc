#include "lib/rules/admission.h"

#include <gtest/gtest.h>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

// One event at `ns` for user `uid`.
struct Sample1 {
  std::vector<std::byte> frame;
  EventView view;
  Sample1(std::uint64_t ns, std::uint32_t uid, std::uint64_t sequence = 1) {
    Event event;
    event.id = {7, sequence};
    event.wall_ns = ns;
    event.uid = uid;
    event.flags = kFlagCredentials;
    AppendFrame(event, &frame);
    EXPECT_TRUE(EventView::Bind(frame, &view));
  }
};

constexpr std::uint64_t kStart = 1'795'438'800 * kNsPerSecond;

TEST(RateLimiter, GivesTheBurstThenTheRate) {
  RateLimiter limiter(Limit{.rate = {10, kNsPerSecond}, .burst = 3});
  int passed = 0;
  for (int i = 0; i < 10; ++i) passed += limiter.Admit(Sample1(kStart, 1).view);
  EXPECT_EQ(passed, 3);
  EXPECT_FALSE(limiter.Admit(Sample1(kStart + 99 * kNsPerMs, 1).view));
  EXPECT_TRUE(limiter.Admit(Sample1(kStart + 100 * kNsPerMs, 1).view));
  EXPECT_FALSE(limiter.Admit(Sample1(kStart + 101 * kNsPerMs, 1).view));
  // A long rest fills no more than the burst.
  passed = 0;
  for (int i = 0; i < 10; ++i) passed += limiter.Admit(Sample1(kStart + 3600 * kNsPerSecond, 1).view);
  EXPECT_EQ(passed, 3);
}

TEST(RateLimiter, KeysDoNotShare) {
  RateLimiter limiter(Limit{.rate = {1, kNsPerSecond}, .burst = 1, .by = {{"uid", {}}}});
  EXPECT_TRUE(limiter.Admit(Sample1(kStart, 1).view));
  EXPECT_TRUE(limiter.Admit(Sample1(kStart, 2).view));
  EXPECT_FALSE(limiter.Admit(Sample1(kStart, 1).view));
}

TEST(RateLimiter, AClockThatGoesBackFillsNothing) {
  RateLimiter limiter(Limit{.rate = {1, kNsPerSecond}, .burst = 1});
  EXPECT_TRUE(limiter.Admit(Sample1(kStart, 1).view));
  EXPECT_FALSE(limiter.Admit(Sample1(kStart - 100 * kNsPerSecond, 1).view));
  EXPECT_TRUE(limiter.Admit(Sample1(kStart + kNsPerSecond, 1).view));
}

TEST(Sampler, TakesItsShareOfKeysAndAlwaysTheSame) {
  Sampler sampler(Sample{.rate = 0.25, .by = {{"uid", {}}}});
  int passed = 0;
  for (std::uint32_t uid = 0; uid < 10'000; ++uid) {
    bool admitted = sampler.Admit(Sample1(kStart, uid).view);
    EXPECT_EQ(admitted, sampler.Admit(Sample1(kStart + uid, uid, 9).view));
    passed += admitted;
  }
  EXPECT_NEAR(passed, 2500, 200);  // five standard deviations are 217
}

TEST(Sampler, NoneAndAll) {
  for (std::uint64_t i = 1; i < 1000; ++i) {
    EXPECT_FALSE(Sampler(Sample{.rate = 0}).Admit(Sample1(kStart, 1, i).view));
    EXPECT_TRUE(Sampler(Sample{.rate = 1}).Admit(Sample1(kStart, 1, i).view));
  }
}

TEST(Deduplicator, TheFirstOfEachWindowPasses) {
  Deduplicator dedupe(Dedupe{.window_ns = 5 * kNsPerSecond, .by = {{"uid", {}}}});
  EXPECT_TRUE(dedupe.Admit(Sample1(kStart, 1).view));
  EXPECT_FALSE(dedupe.Admit(Sample1(kStart + 4 * kNsPerSecond, 1).view));
  EXPECT_TRUE(dedupe.Admit(Sample1(kStart + 4 * kNsPerSecond, 2).view));
  EXPECT_TRUE(dedupe.Admit(Sample1(kStart + 5 * kNsPerSecond, 1).view));
}

TEST(KeyedState, IsBoundedAndForgetsTheOldest) {
  struct State {
    std::uint64_t time_ns = 0;
  };
  KeyedState<State> table(16);
  for (std::uint64_t hash = 1; hash <= 1000; ++hash) table.At(hash).time_ns = hash;
  EXPECT_GE(table.evicted(), 1000u - 40);
  EXPECT_EQ(table.At(1000).time_ns, 1000u);
}

TEST(KeyedState, GoesOnFromWhatWasSaved) {
  struct State {
    std::uint64_t time_ns;
  };
  KeyedState<State> table(16), other(16);
  for (std::uint64_t key = 1; key <= 100; ++key) table.At(key * 0x9e3779b97f4a7c15).time_ns = key;
  Packer packer;
  table.Save(&packer);
  Unpacker unpacker(packer.bytes());
  ASSERT_TRUE(other.Load(&unpacker) && unpacker.done());
  for (std::uint64_t key = 90; key <= 200; ++key) {
    EXPECT_EQ(table.At(key * 0x9e3779b97f4a7c15).time_ns, other.At(key * 0x9e3779b97f4a7c15).time_ns) << key;
    table.At(key * 0x9e3779b97f4a7c15).time_ns = other.At(key * 0x9e3779b97f4a7c15).time_ns = key;
  }
  Unpacker cut(std::string_view(packer.bytes()).substr(1));
  EXPECT_FALSE(KeyedState<State>(16).Load(&cut));
}

TEST(KeyedState, GrowsWithoutLosingAKey) {
  struct State {
    std::uint64_t time_ns = 0;
  };
  KeyedState<State> table;
  for (std::uint64_t i = 1; i <= 10'000; ++i) table.At(i * 0x9e3779b97f4a7c15).time_ns = i;
  EXPECT_EQ(table.evicted(), 0u);
  for (std::uint64_t i = 1; i <= 10'000; ++i) ASSERT_EQ(table.At(i * 0x9e3779b97f4a7c15).time_ns, i);
}

TEST(KeyedState, RemembersAllThatItShouldBeforeItForgets) {
  struct State {
    std::uint64_t time_ns = 0;
  };
  for (std::size_t most : {700u, 5'461u, 43'690u, 65'536u, 174'762u}) {  // two thirds of a power of two: the tightest
    KeyedState<State> table(most);
    std::uint64_t hash = most;
    for (std::size_t i = 0; i < most; ++i)
      table.At(hash = hash * 6364136223846793005 + 1442695040888963407).time_ns = 1;
    EXPECT_EQ(table.evicted(), 0u) << most;
  }
}

}  // namespace
}  // namespace vexevt
