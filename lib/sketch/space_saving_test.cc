#include "lib/sketch/space_saving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "lib/base/random.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

using Weights = std::unordered_map<std::string, std::uint64_t>;

// All that the header promises. The errors are bounds, of any input: nothing here goes by chance.
void ExpectPromisesHold(const SpaceSaving& sketch, const Weights& exact) {
  std::uint64_t total = 0;
  for (const auto& [key, weight] : exact) total += weight;
  ASSERT_EQ(sketch.total(), total);
  ASSERT_LE(sketch.ErrorBound(), total / sketch.capacity());
  const bool all_exact = exact.size() <= sketch.capacity();

  const std::vector<SpaceSaving::Item> items = sketch.Top(sketch.capacity());
  ASSERT_EQ(items.size(), std::min<std::size_t>(sketch.capacity(), exact.size()));
  Weights missing = exact;
  std::uint64_t last = ~std::uint64_t{0};
  for (const SpaceSaving::Item& item : items) {
    const auto found = missing.find(std::string(item.key));
    ASSERT_NE(found, missing.end()) << "twice, or never seen";
    ASSERT_GE(item.count, found->second);
    ASSERT_LE(item.count - item.error, found->second);
    ASSERT_LE(item.error, all_exact ? 0 : sketch.ErrorBound());
    ASSERT_LE(item.count, last);
    last = item.count;
    missing.erase(found);
  }
  for (const auto& [key, weight] : missing) ASSERT_LE(weight, sketch.ErrorBound());
}

struct Stream {
  std::vector<std::pair<std::string, std::uint64_t>> seen;
  void Add(std::uint64_t number, std::uint64_t weight = 1) {
    seen.emplace_back("key" + std::to_string(number), weight);
  }
};

std::vector<Stream> HardStreams(std::uint64_t seed) {
  std::vector<Stream> streams(6);
  Random random(seed);
  for (const std::uint64_t draw : ZipfDraws(5000, 2000, 1.1, seed)) streams[0].Add(draw);
  for (int i = 0; i < 5000; ++i) streams[1].Add(random.Below(500));
  for (std::uint64_t i = 0; i < 3000; ++i) streams[2].Add(i);       // none twice
  for (std::uint64_t i = 0; i < 3000; ++i) streams[3].Add(i % 33);  // always the one that has just been put out
  for (std::uint64_t i = 0; i < 3000; ++i) streams[4].Add(i < 1500 ? i % 8 : i);  // frequent ones first, then a flood
  for (int i = 0; i < 3000; ++i) streams[5].Add(random.Below(200), 1 + (random.Next() >> (40 + random.Below(24))));
  return streams;
}

TEST(SpaceSaving, TheBoundsHoldOfAnyInput) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const Stream& stream : HardStreams(seed)) {
      for (const std::uint32_t capacity : {1u, 2u, 5u, 32u, 300u}) {
        SpaceSaving sketch(capacity);
        Weights exact;
        for (const auto& [key, weight] : stream.seen) {
          sketch.Add(key, weight);
          exact[key] += weight;
        }
        ExpectPromisesHold(sketch, exact);
      }
    }
  }
}

TEST(SpaceSaving, TheBoundsHoldOfMerges) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const Stream& stream : HardStreams(seed)) {
      for (const std::uint32_t capacity : {1u, 5u, 32u, 300u}) {
        std::vector<SpaceSaving> shards(7, SpaceSaving(capacity));
        Weights exact;
        Random random(seed);
        std::size_t shard = 0;
        for (const auto& [key, weight] : stream.seen) {
          if (random.Below(50) == 0) shard = random.Below(7);
          shards[shard].Add(key, weight);
          exact[key] += weight;
        }
        for (std::size_t step = 1; step < 7; step *= 2) {  // as a tree
          for (std::size_t at = 0; at + step < 7; at += 2 * step) shards[at].Merge(shards[at + step]);
        }
        ExpectPromisesHold(shards[0], exact);
        for (const auto& [key, weight] : stream.seen) {  // it goes on
          shards[0].Add(key, weight);
          exact[key] += weight;
        }
        ExpectPromisesHold(shards[0], exact);
      }
    }
  }
}

// Of Zipf's numbers a capacity of 8 times what is asked for has the right ones, in the right order.
TEST(SpaceSaving, FindsTheTopOfAZipfStream) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SpaceSaving sketch(80);
    std::map<std::uint64_t, std::uint64_t> exact;
    for (const std::uint64_t draw : ZipfDraws(100000, 10000, 1.1, seed)) {
      sketch.Add({reinterpret_cast<const char*>(&draw), sizeof draw});
      ++exact[draw];
    }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> order;
    for (const auto& [number, count] : exact) order.emplace_back(count, number);
    std::sort(order.rbegin(), order.rend());
    const std::vector<SpaceSaving::Item> top = sketch.Top(5);
    for (std::size_t at = 0; at < 5; ++at) EXPECT_EQ(Load<std::uint64_t>(top[at].key.data()), order[at].second);
  }
}

TEST(SpaceSaving, EqualCountsStandInOrder) {
  SpaceSaving sketch(4);
  EXPECT_TRUE(sketch.Top(3).empty());
  for (const std::string_view key : {"b", "", "a"}) sketch.Add(key, 2);
  const std::vector<SpaceSaving::Item> top = sketch.Top(2);
  ASSERT_EQ(top.size(), 2u);
  EXPECT_EQ(top[0].key, "");
  EXPECT_EQ(top[1].key, "a");
}

TEST(SpaceSaving, CountsStayAtTheLargestNumber) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  SpaceSaving sketch(1), other(1);
  sketch.Add("a", kMost);
  sketch.Add("a", kMost);
  sketch.Add("b");
  EXPECT_EQ(sketch.total(), kMost);
  EXPECT_EQ(sketch.Top(1)[0].count, kMost);
  other.Add("c", kMost);
  sketch.Merge(other);
  EXPECT_EQ(sketch.total(), kMost);
  EXPECT_EQ(sketch.Top(1)[0].count, kMost);
  const std::string bytes = SavedSketch(sketch);
  Unpacker unpacker(bytes);
  EXPECT_TRUE(other.Load(&unpacker));
}

TEST(SpaceSaving, ClearedItGoesOnAsNew) {
  SpaceSaving sketch(5), fresh(5);
  for (const Stream& stream : HardStreams(1)) {
    sketch.Clear();
    fresh = SpaceSaving(5);
    for (const auto& [key, weight] : stream.seen) {
      sketch.Add(key, weight);
      fresh.Add(key, weight);
    }
    EXPECT_EQ(SavedSketch(sketch), SavedSketch(fresh));
  }
}

TEST(SpaceSaving, LoadsWhatWasSavedAndNothingElse) {
  for (const std::uint64_t count : {0u, 3u, 5u, 100u}) {
    SpaceSaving sketch(5);
    for (std::uint64_t i = 0; i < count; ++i) sketch.Add(std::to_string(i * i % 11), 1 + i);
    const std::string bytes = SavedSketch(sketch);
    SpaceSaving loaded(5);
    loaded.Add("x");
    Unpacker unpacker(bytes);
    ASSERT_TRUE(loaded.Load(&unpacker) && unpacker.done());
    EXPECT_EQ(SavedSketch(loaded), bytes);
    EXPECT_EQ(loaded.total(), sketch.total());

    Unpacker for_other(bytes);
    EXPECT_FALSE(SpaceSaving(6).Load(&for_other));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      Unpacker of_less(std::string_view(bytes).substr(0, cut));
      ASSERT_FALSE(loaded.Load(&of_less));
      ASSERT_EQ(loaded.total(), 0u);
    }
  }
}

TEST(SpaceSaving, RefusesWhatItNeverHolds) {
  struct Put {
    std::uint64_t count, error;
    std::string_view key;
  };
  const auto loads = [](std::uint64_t total, const std::vector<Put>& items) {
    Packer packer;
    packer.Put(std::uint8_t{1});
    packer.PutVarint(2);
    packer.PutVarint(total);
    packer.PutVarint(items.size());
    for (const Put& item : items) {
      packer.PutVarint(item.count);
      packer.PutVarint(item.error);
      packer.PutText(item.key);
    }
    Unpacker unpacker(packer.bytes());
    return SpaceSaving(2).Load(&unpacker);
  };
  EXPECT_TRUE(loads(9, {{5, 1, "a"}, {3, 0, "b"}}));
  EXPECT_FALSE(loads(7, {{5, 1, "a"}, {3, 0, "b"}}));
  EXPECT_FALSE(loads(9, {{3, 0, "b"}, {5, 1, "a"}}));
  EXPECT_FALSE(loads(9, {{5, 1, "a"}, {3, 0, "a"}}));
  EXPECT_FALSE(loads(9, {{5, 6, "a"}, {3, 0, "b"}}));
  EXPECT_FALSE(loads(9, {{5, 1, "a"}, {0, 0, "b"}}));
  EXPECT_FALSE(loads(9, {{5, 1, "a"}}));
  EXPECT_FALSE(loads(5, {{5, 1, "a"}}));
  EXPECT_TRUE(loads(5, {{5, 0, "a"}}));
  EXPECT_FALSE(loads(9, {{3, 0, "a"}, {2, 0, "b"}, {1, 0, "c"}}));
}

}  // namespace
}  // namespace vexevt
