#include "lib/alert/alert_instances.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Timeline = std::vector<std::string>;

// Times are small numbers. What is told is "TIME KEY fires since TIME" or "TIME KEY resolved".
class Looks {
 public:
  explicit Looks(const AlertTimes& times) : instances_(times) {}

  // A look at `key` at a time: '+' holds, '-' does not, '~' neither holds nor clears, '?' nobody knows.
  Looks& See(std::uint64_t at_ns, char found, const std::string& key = "k") {
    instances_.AdvanceTo(at_ns - 1, Tell());
    AlertInstances::Instance* instance = found == '+' ? instances_.FindOrAdd(key) : instances_.Find(key);
    if (instance == nullptr) return *this;
    instance->alert.id = key;
    const Truth holds = found == '+' ? Truth::kTrue : found == '?' ? Truth::kUnknown : Truth::kFalse;
    const Truth clears = found == '-' ? Truth::kTrue : found == '?' ? Truth::kUnknown : Truth::kFalse;
    instances_.Judge(key, holds, clears, at_ns, Tell());
    return *this;
  }
  // Windows of 10 that end one after the other: what each found of key k; ' ' is one without an event of it.
  Looks& Windows(std::string_view found) {
    for (const char c : found) {
      window_ += 10;
      if (c != ' ') See(window_, c);
      End(window_);
    }
    return *this;
  }
  Looks& End(std::uint64_t end_ns, bool lower_bound = false) {
    instances_.AdvanceTo(end_ns - 1, Tell());
    instances_.EndWindow(end_ns, lower_bound, Tell());
    return *this;
  }
  Looks& To(std::uint64_t now_ns) {
    instances_.AdvanceTo(now_ns, Tell());
    return *this;
  }
  Timeline Told() { return std::exchange(told_, {}); }
  AlertInstances& instances() { return instances_; }

 private:
  AlertInstances::Tell Tell() {
    return [this](const Alert& alert) {
      if (alert.resolved_ns != 0) {
        told_.push_back(fmt::format("{} {} resolved", alert.resolved_ns, alert.id));
      } else if (firing_ != alert.fired_ns || alert.flapping != flapping_) {  // once
        told_.push_back(fmt::format("{} {} fires since {}{}", alert.fired_ns, alert.id, alert.since_ns,
                                    alert.flapping ? ", flapping" : ""));
      }
      firing_ = alert.resolved_ns != 0 ? 0 : alert.fired_ns;
      flapping_ = alert.flapping;
    };
  }

  AlertInstances instances_;
  Timeline told_;
  std::uint64_t window_ = 0, firing_ = 0;
  bool flapping_ = false;
};

AlertTimes ByWindow(std::uint64_t for_ns = 0, std::uint64_t keep_firing_ns = 0) {
  return {.for_ns = for_ns, .keep_firing_ns = keep_firing_ns, .every_ns = 10, .length_ns = 10};
}

TEST(AlertInstances, FireAtOnceAndAreResolvedWithTheFirstWindowThatDoesNotHold) {
  EXPECT_THAT(Looks(ByWindow()).Windows("--++--+-").Told(),
              ElementsAre("30 k fires since 30", "50 k resolved", "70 k fires since 70", "80 k resolved"));
}

TEST(AlertInstances, WaitUntilTheyHaveHeldLongEnough) {
  Looks looks(ByWindow(20));
  EXPECT_THAT(looks.Windows("++").Told(), IsEmpty());
  EXPECT_EQ(looks.instances().count(AlertInstances::State::kPending), 1);
  EXPECT_THAT(looks.Windows("+").Told(), ElementsAre("30 k fires since 10"));
  EXPECT_EQ(looks.instances().count(AlertInstances::State::kFiring), 1);
  EXPECT_THAT(Looks(ByWindow(20)).Windows("++-++-").Told(), IsEmpty());
  EXPECT_THAT(Looks(ByWindow(20)).Windows("++ +++").Told(), ElementsAre("60 k fires since 40"));
}

TEST(AlertInstances, GoOnForAWhileWhenTheyHoldNoMore) {
  EXPECT_THAT(Looks(ByWindow(0, 20)).Windows("+-+-").Told(), ElementsAre("10 k fires since 10"));
  EXPECT_THAT(Looks(ByWindow(0, 20)).Windows("+---").Told(), ElementsAre("10 k fires since 10", "40 k resolved"));
  EXPECT_THAT(Looks(ByWindow(0, 15)).Windows("+---").Told(), ElementsAre("10 k fires since 10", "35 k resolved"));
}

TEST(AlertInstances, StayAsTheyAreBetweenTheTwoLimits) {
  EXPECT_THAT(Looks(ByWindow()).Windows("+~~~").Told(), ElementsAre("10 k fires since 10"));
  EXPECT_THAT(Looks(ByWindow()).Windows("+~-").Told(), ElementsAre("10 k fires since 10", "30 k resolved"));
  EXPECT_THAT(Looks(ByWindow(20)).Windows("+~+++").Told(), ElementsAre("50 k fires since 30"));
}

TEST(AlertInstances, AKeyWithoutEventsDoesNotHold) {
  EXPECT_THAT(Looks(ByWindow()).Windows("+ ").Told(), ElementsAre("10 k fires since 10", "20 k resolved"));
  // Nor does one of windows without any event, which nobody ends.
  EXPECT_THAT(Looks(ByWindow()).Windows("+").To(19).Told(), ElementsAre("10 k fires since 10"));
  EXPECT_THAT(Looks(ByWindow()).Windows("+").To(20).Told(), ElementsAre("10 k fires since 10", "20 k resolved"));
  Looks pending(ByWindow(30));
  pending.Windows("++").To(1000);
  EXPECT_EQ(pending.instances().count(AlertInstances::State::kPending), 0);
  EXPECT_EQ(pending.instances().due_ns(), AlertInstances::kNever);
}

TEST(AlertInstances, WhatNobodyKnowsChangesNothing) {
  EXPECT_THAT(Looks(ByWindow()).Windows("?+?").Windows("?-").Told(),
              ElementsAre("20 k fires since 20", "50 k resolved"));
  EXPECT_THAT(Looks(ByWindow(20)).Windows("+??").Told(), IsEmpty());
  EXPECT_THAT(Looks(ByWindow(20)).Windows("+?+").Told(), ElementsAre("30 k fires since 10"));
  EXPECT_THAT(Looks(ByWindow()).Windows("+").End(20, true).End(30, false).Told(),
              ElementsAre("10 k fires since 10", "30 k resolved"));
}

TEST(AlertInstances, SilenceOverAGapSaysNothing) {
  Looks looks(ByWindow());
  looks.Windows("+").instances().SeeGap(25, 61);
  EXPECT_THAT(looks.To(100).Told(), ElementsAre("10 k fires since 10", "20 k resolved"));
  Looks later(ByWindow());
  later.Windows("+").instances().SeeGap(15, 61);  // it touches the windows that end at 20 to 70
  EXPECT_THAT(later.To(100).Told(), ElementsAre("10 k fires since 10", "80 k resolved"));
  // However long it is, and however short the windows.
  Looks long_gap({.every_ns = 1, .length_ns = 1});
  long_gap.See(1, '+').End(1).instances().SeeGap(1, std::uint64_t{1} << 62);
  EXPECT_THAT(long_gap.To((std::uint64_t{1} << 62) + 5).Told(),
              ElementsAre("1 k fires since 1", "4611686018427387905 k resolved"));
}

// What the definition says of windows of 10, by looks at all of them: alerts as from `for` and keep_firing_for.
Timeline Defined(const std::string& found, std::uint64_t for_ns, std::uint64_t keep_ns) {
  const auto end_of = [](std::size_t window) { return 10 * (window + 1); };
  Timeline told;
  for (std::size_t first = 0, last = 0; last < found.size(); ++last) {
    if (found[last] != '+') continue;
    // Since the first of the row in which it held, as far as is known.
    std::size_t since = last;
    for (std::size_t before = last; before > first && (found[before - 1] == '+' || found[before - 1] == '?');
         --before) {
      if (found[before - 1] == '+') since = before - 1;
    }
    if (end_of(last) - end_of(since) < for_ns) continue;
    told.push_back(fmt::format("{} k fires since {}", end_of(last), end_of(since)));
    // Until it clears, and does not hold for keep_ns from there on.
    std::uint64_t over = 0;
    for (std::size_t clears = last + 1; clears < found.size() && over == 0; ++clears) {
      if (found[clears] != '-' && found[clears] != ' ') continue;
      over = end_of(clears) + keep_ns;
      for (std::size_t held = clears + 1; held < found.size() && end_of(held) <= over; ++held) {
        if (found[held] != '+') continue;
        over = 0;
        clears = held;
        break;
      }
    }
    if (over == 0) break;
    told.push_back(fmt::format("{} k resolved", over));
    while (last + 1 < found.size() && end_of(last + 1) <= over) ++last;
    first = last + 1;
  }
  return told;
}

TEST(AlertInstances, AreAsTheyAreDefined) {
  std::mt19937 random(7);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  std::size_t told = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string found;
    for (std::uint64_t i = below(30); i > 0; --i) found += "++++--~? "[below(9)];
    found += "-----";
    const std::uint64_t for_ns = 5 * below(9), keep_ns = 5 * below(9);
    const Timeline defined = Defined(found, for_ns, keep_ns);
    ASSERT_EQ(Looks(ByWindow(for_ns, keep_ns)).Windows(found).Told(), defined) << found << for_ns << ' ' << keep_ns;
    told += defined.size();
  }
  EXPECT_GT(told, 20'000);
}

TEST(AlertInstances, OfEventsEndWithOneThatClears) {
  const AlertTimes times{.for_ns = 20};
  EXPECT_THAT(Looks(times).See(5, '+').See(9, '+').See(30, '-').Told(),
              ElementsAre("25 k fires since 5", "30 k resolved"));
  EXPECT_THAT(Looks(times).See(5, '+').See(24, '-').To(100).Told(), IsEmpty());
  EXPECT_THAT(Looks(times).See(5, '+').To(24).Told(), IsEmpty());
  EXPECT_THAT(Looks(times).See(5, '+').To(25).Told(), ElementsAre("25 k fires since 5"));
}

TEST(AlertInstances, OfEventsEndWhenNoneComesForAWhile) {
  const AlertTimes times{.keep_firing_ns = 30, .momentary = true};
  EXPECT_THAT(Looks(times).See(5, '+').See(20, '+').To(49).Told(), ElementsAre("5 k fires since 5"));
  EXPECT_THAT(Looks(times).See(5, '+').See(20, '+').To(50).Told(), ElementsAre("5 k fires since 5", "50 k resolved"));
  const AlertTimes waits{.for_ns = 50, .keep_firing_ns = 30, .momentary = true};
  EXPECT_THAT(Looks(waits).See(5, '+').To(1000).Told(), IsEmpty());
  EXPECT_THAT(Looks(waits).See(5, '+').See(30, '+').To(1000).Told(),
              ElementsAre("55 k fires since 5", "60 k resolved"));
}

TEST(AlertInstances, ThatFlapFireOnUntilTheyRest) {
  AlertTimes times = ByWindow();
  times.damping = {.half_life_ns = 40, .begin = 2.5, .end = 1.25};
  // Penalties of 1, 1.71, 2.21 and 2.56 with the four times that it fires; 2.56 has halved, and more, at 112.
  Looks looks(times);
  EXPECT_THAT(looks.Windows("+-+-+-").Told(), ElementsAre("10 k fires since 10", "20 k resolved", "30 k fires since 30",
                                                          "40 k resolved", "50 k fires since 50", "60 k resolved"));
  EXPECT_THAT(looks.Windows("+---").Told(), ElementsAre("70 k fires since 70, flapping"));
  EXPECT_THAT(looks.Windows("--").Told(), ElementsAre("112 k resolved"));
  // Each time that it would have fired again counts, too.
  EXPECT_THAT(Looks(times).Windows("+-+-+-+-+-----").Told().back(), "137 k resolved");
}

TEST(AlertInstances, ForgetWhatIsOver) {
  AlertTimes times = ByWindow();
  times.damping = {.half_life_ns = 40};
  Looks looks(times);
  looks.Windows("+-");
  EXPECT_NE(looks.instances().Find("k"), nullptr);
  looks.To(51);  // its penalty is 0.5
  EXPECT_EQ(looks.instances().Find("k"), nullptr);
  Looks undamped(ByWindow());
  EXPECT_EQ(undamped.Windows("+-").instances().Find("k"), nullptr);
}

TEST(AlertInstances, AreSoManyAndRefuseFurtherOnes) {
  AlertTimes times = ByWindow();
  times.most = 2;
  Looks looks(times);
  looks.See(10, '+', "a").See(10, '+', "b").See(10, '+', "c").End(10);
  EXPECT_EQ(looks.instances().refused(), 1);
  looks.See(20, '+', "b").See(20, '+', "c").End(20).See(30, '+', "c").End(30);
  EXPECT_EQ(looks.instances().refused(), 2);
  EXPECT_NE(looks.instances().Find("c"), nullptr);
  EXPECT_EQ(looks.instances().Find("a"), nullptr);
}

TEST(AlertInstances, BearTimesAtTheEndOfTime) {
  constexpr std::uint64_t kLast = ~std::uint64_t{0} - 1;
  Looks looks({.for_ns = kLast, .keep_firing_ns = kLast, .every_ns = kLast, .length_ns = kLast});
  looks.See(kLast, '+').End(kLast).To(kLast);
  EXPECT_EQ(looks.instances().count(AlertInstances::State::kPending), 1);
}

}  // namespace
}  // namespace vexevt
