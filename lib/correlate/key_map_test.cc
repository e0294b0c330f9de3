#include "lib/correlate/key_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace vexevt {
namespace {

TEST(KeyMap, DoesAsAMapDoes) {
  KeyMap map;
  std::map<std::uint64_t, std::uint32_t> plain;
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    // Few keys, that crowd the same homes.
    const std::uint64_t key = (random() % 40) | (random() % 6) << 32;
    const auto found = plain.find(key);
    ASSERT_EQ(map.Find(key), found == plain.end() ? KeyMap::kNone : found->second);
    if (found != plain.end()) {
      map.Erase(key);
      plain.erase(found);
    } else if (random() % 2 == 0) {
      map.Insert(key, static_cast<std::uint32_t>(i));
      plain.emplace(key, i);
    }
    ASSERT_EQ(map.size(), plain.size());
  }
}

TEST(KeyMap, GrowsWithItsKeys) {
  KeyMap map;
  for (std::uint32_t i = 0; i < 10'000; ++i) map.Insert(std::uint64_t{i} << 20, i);
  for (std::uint32_t i = 0; i < 10'000; ++i) ASSERT_EQ(map.Find(std::uint64_t{i} << 20), i);
  EXPECT_EQ(map.Find(1), KeyMap::kNone);
}

}  // namespace
}  // namespace vexevt
