#include "lib/rules/rule_profile.h"

#include <gtest/gtest.h>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

// Each look at it takes 6,400 ns.
class SlowClock final : public Clock {
 public:
  Instant Now() override { return {0, ns += 6'400}; }
  std::uint64_t ns = 0;
};

class RuleProfileTest : public testing::Test {
 protected:
  RuleProfileTest() {
    for (std::uint64_t number = 1; number <= 1000; ++number) {
      Event event;
      event.id = {1, number};
      event.type = number % 10 == 0 ? kVexevtLost : kFsCreate;
      AppendFrame(event, &frames_.emplace_back());
    }
    for (const auto& frame : frames_) EXPECT_TRUE(EventView::Bind(frame, &batch_.emplace_back()));
  }
  std::vector<RuleTally> Tallies(std::uint64_t first_held, std::uint64_t first_stopped, std::uint64_t second_held) {
    return {{"first", &first_, first_held, first_stopped}, {"always", nullptr, second_held, second_held}};
  }

  Expression first_ = std::move(*CompileExpression("type = fs.create"));
  SlowClock clock_;
  std::vector<std::vector<std::byte>> frames_;
  std::vector<EventView> batch_;
};

TEST_F(RuleProfileTest, CountsWhatCameAsFarAndTimesEachAlone) {
  RuleProfile profile(Tallies(50, 40, 7), clock_);  // before: not ours
  profile.Look(batch_);
  auto now = Tallies(50 + 300, 40 + 200, 7 + 700);
  std::vector<RuleProfile::Cost> costs = profile.Costs(now);
  ASSERT_EQ(costs.size(), 2u);
  EXPECT_EQ(costs[0].looked_at, 900u) << "gaps are no rule's business";
  EXPECT_EQ(costs[0].held, 300u);
  EXPECT_EQ(costs[1].looked_at, 700u);
  EXPECT_EQ(costs[1].held, 700u);
  EXPECT_NEAR(costs[0].ns, 6'400.0 / 64, 15);
  EXPECT_EQ(costs[1].ns, 0) << "without a condition";
}

TEST_F(RuleProfileTest, MeasuresForATwentiethOfTheTimeAtMost) {
  RuleProfile profile(Tallies(0, 0, 0), clock_);
  const std::uint64_t start = clock_.ns;
  std::uint64_t measuring = 0, last = 0;
  for (int batch = 0; batch < 10'000; ++batch) {
    const std::uint64_t before = clock_.ns;
    profile.Look(batch_);
    if (clock_.ns - before > 6'400) measuring += last = clock_.ns - before - 6'400;
  }
  EXPECT_GT(measuring, 0u);
  EXPECT_LE(measuring - last, (clock_.ns - start) / 20);
}

TEST_F(RuleProfileTest, TheMostExpensiveStandsFirst) {
  std::vector<RuleTally> rules = {{"always", nullptr, 0, 0}, {"costly", &first_, 0, 0}};
  RuleProfile profile(rules, clock_);
  EXPECT_EQ(profile.Table(rules),
            "RULE       LOOKED AT          HELD        NS      %\n"
            "always             0             0       0.0    0.0\n"
            "costly             0             0       0.0    0.0\n");
  profile.Look(std::span(batch_).first(9));
  rules[1].held = 9;
  EXPECT_EQ(profile.Table(rules),
            "RULE       LOOKED AT          HELD        NS      %\n"
            "costly             9             9     711.1  100.0\n"
            "always             9             0       0.0    0.0\n");
}

}  // namespace
}  // namespace vexevt
