#include "lib/route/balancer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "lib/route/testing/frames.h"

namespace vexevt {
namespace {

EndpointRule EndpointWith(Balance balance, std::vector<unsigned> weights) {
  EndpointRule rule;
  rule.balance = balance;
  for (unsigned weight : weights) {
    rule.members.push_back({{"unix:/run/" + std::to_string(rule.members.size()), {}}, weight});
  }
  if (balance == Balance::kHash) rule.by = {{"path", {}}};
  return rule;
}

std::vector<std::size_t> Picks(Balancer* balancer, std::size_t count, const std::vector<MemberState>& states) {
  std::vector<std::size_t> picks;
  for (std::size_t i = 0; i < count; ++i) {
    auto frame = NumberedFrame(i + 1);
    picks.push_back(balancer->Pick(ViewOf(frame), states));
  }
  return picks;
}

using List = std::vector<std::size_t>;

TEST(Balancer, TakesTurns) {
  Balancer balancer(EndpointWith(Balance::kRoundRobin, {1, 1, 1}));
  EXPECT_EQ(Picks(&balancer, 6, {{}, {}, {}}), (List{1, 2, 0, 1, 2, 0}));
}

TEST(Balancer, LeavesOutWhoIsDownOrFull) {
  Balancer balancer(EndpointWith(Balance::kRoundRobin, {1, 1, 1}));
  EXPECT_EQ(Picks(&balancer, 4, {{}, {false, false}, {}}), (List{2, 0, 2, 0}));
  EXPECT_EQ(Picks(&balancer, 3, {{true, true}, {false, false}, {}}), (List{2, 2, 2}));
  // All full, or all down: in turn again.
  EXPECT_EQ(Picks(&balancer, 3, {{true, true}, {true, true}, {true, true}}), (List{0, 1, 2}));
  EXPECT_EQ(Picks(&balancer, 3, {{false, false}, {false, false}, {false, false}}), (List{0, 1, 2}));
}

TEST(Balancer, WeighsSmoothly) {
  Balancer balancer(EndpointWith(Balance::kWeighted, {5, 1, 1}));
  EXPECT_EQ(Picks(&balancer, 7, {{}, {}, {}}), (List{0, 0, 1, 0, 2, 0, 0}));
}

TEST(Balancer, TakesTheFirstThatWorks) {
  Balancer balancer(EndpointWith(Balance::kFailover, {1, 1, 1}));
  EXPECT_EQ(Picks(&balancer, 2, {{}, {}, {}}), (List{0, 0}));
  EXPECT_EQ(Picks(&balancer, 2, {{false, false}, {}, {}}), (List{1, 1}));
  EXPECT_EQ(Picks(&balancer, 2, {{true, true}, {}, {}}), (List{0, 0})) << "full is not down";
  EXPECT_EQ(Picks(&balancer, 2, {{false, false}, {false, false}, {false, false}}), (List{0, 0}));
}

// 8 members, 40,000 keys: 5,000 each, give or take 4 standard deviations.
TEST(Balancer, SpreadsHashedKeysEvenly) {
  Balancer balancer(EndpointWith(Balance::kHash, {1, 1, 1, 1, 1, 1, 1, 1}));
  std::map<std::size_t, double> counts;
  std::vector<MemberState> states(8);
  for (std::size_t i = 0; i < 40'000; ++i) {
    std::string path = "/k/" + std::to_string(i);
    Event event;
    event.type = kFsCreate;
    event.payload = FsPayload{.path = path};
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    ++counts[balancer.Pick(ViewOf(frame), states)];
  }
  for (const auto& [member, count] : counts) EXPECT_NEAR(count, 5000, 4 * std::sqrt(5000.0 * 7 / 8)) << member;
}

TEST(Balancer, MovesOnlyTheKeysOfWhoIsDown) {
  Balancer balancer(EndpointWith(Balance::kHash, {1, 1, 1, 1}));
  std::vector<MemberState> all(4), without(4);
  without[2].up = false;
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto frame = NumberedFrame(i);
    std::size_t before = balancer.Pick(ViewOf(frame), all), after = balancer.Pick(ViewOf(frame), without);
    EXPECT_EQ(before == 2, before != after);
  }
}

TEST(Balancer, HashGoesByWhatMembersAreNotByTheirOrder) {
  EndpointRule rule = EndpointWith(Balance::kHash, {1, 1, 1}), turned = rule;
  std::ranges::rotate(turned.members, turned.members.begin() + 1);
  Balancer a(rule), b(turned);
  std::vector<MemberState> states(3);
  for (std::uint64_t i = 0; i < 100; ++i) {
    auto frame = NumberedFrame(i);
    EXPECT_EQ(rule.members[a.Pick(ViewOf(frame), states)].to.text,
              turned.members[b.Pick(ViewOf(frame), states)].to.text);
  }
}

}  // namespace
}  // namespace vexevt
