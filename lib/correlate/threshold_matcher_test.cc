#include "lib/correlate/threshold_matcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <random>

#include "lib/correlate/testing/letters.h"

namespace vexevt {
namespace {

class Crossings final : public FoundSink {
 public:
  void Tell(const Found& found) override {
    if (!text.empty()) text += ", ";
    for (std::size_t i = 0; i < found.causes.size(); ++i) {
      text += fmt::format("{}{}", i > 0 ? " " : "", found.causes[i].sequence);
    }
    if (found.uncertain) text += "?";
  }
  std::string text;
};

Pattern ThresholdOf(std::string_view text, unsigned seconds) {
  Pattern pattern;
  EXPECT_TRUE(ParsePatternText(text, &pattern).ok());
  pattern.within_ns = seconds * kSecond;
  return pattern;
}

std::string Count(const Pattern& pattern, std::string_view stream) {
  auto matcher = ThresholdMatcher::Compile(pattern, {});
  EXPECT_TRUE(matcher.ok()) << matcher.status().message();
  Crossings matches;
  for (const Letter& letter : LettersOf(stream)) matcher->See(letter.view, letter.wall_ns, matches);
  return matches.text;
}

TEST(Threshold, CountsInAWindow) {
  EXPECT_EQ(Count(ThresholdOf("count [comm = a] > 2", 10), "aaa"), "1 2 3");
  EXPECT_EQ(Count(ThresholdOf("count [comm = a] >= 3", 10), "axaxxa"), "1 3 6");
  EXPECT_EQ(Count(ThresholdOf("count [comm = a] >= 3", 3), "a aa"), "");
  EXPECT_EQ(Count(ThresholdOf("count [comm = a] >= 3", 3), "a aaa"), "2 3 4");
  EXPECT_EQ(Count(ThresholdOf("count [comm = a] >= 2", 10), "aaaaa"), "1 2, 3 4");
}

TEST(Threshold, CountsByKey) {
  Pattern pattern = ThresholdOf("count [comm = a] >= 2", 10);
  pattern.by = {"pid"};
  EXPECT_EQ(Count(pattern, "1a2a3a2a1a"), "2 4, 1 5");
}

TEST(Threshold, CountsDifferentValues) {
  EXPECT_EQ(Count(ThresholdOf("distinct(comm) [pid = 1] >= 3", 10), "aabac"), "3 4 5");
  EXPECT_EQ(Count(ThresholdOf("distinct(comm) [pid = 1] >= 3", 3), "ab  c"), "");
}

TEST(Threshold, SuppressesMatches) {
  Pattern pattern = ThresholdOf("count [comm = a] >= 2", 10);
  pattern.suppress_ns = 4 * kSecond;
  EXPECT_EQ(Count(pattern, "aaaaaa"), "1 2, 5 6");
}

TEST(Threshold, KeepsNoMoreThanItsLimit) {
  Pattern pattern = ThresholdOf("count [comm = a] >= 3", 100);
  pattern.by = {"pid"};
  pattern.partials = 4;
  auto matcher = ThresholdMatcher::Compile(pattern, {});
  Crossings matches;
  for (const Letter& letter : LettersOf("1aa2aa3a")) matcher->See(letter.view, letter.wall_ns, matches);
  EXPECT_EQ(matcher->evicted(), 2u);
  EXPECT_EQ(matcher->partials(), 3u);
}

// The size of an event is its pid, the digit before it.
TEST(Threshold, OfAmountsTakesItsEvents) {
  EXPECT_EQ(Count(ThresholdOf("sum(size) [comm = a] > 5", 10), "2a3a1a9a"), "1 2 3, 4");
  EXPECT_EQ(Count(ThresholdOf("sum(size) [comm = a] >= 5", 10), "2a3a1a"), "1 2");
  EXPECT_EQ(Count(ThresholdOf("sum(size) [comm = a] > 5", 2), "3a 3a3a"), "2 3");
  EXPECT_EQ(Count(ThresholdOf("sum(attr.x) [comm = a] >= 0", 10), "a"), "") << "it has none";
}

TEST(Threshold, OfLevelsTellsWhenTheyArePassed) {
  EXPECT_EQ(Count(ThresholdOf("mean(size) [comm = a] > 2", 3), "1a9a9a1a1a1a9a"), "1 2, 5 6 7");
  EXPECT_EQ(Count(ThresholdOf("percentile(50, size) [comm = a] > 3", 10), "1a9a9a9a"), "1 2 3");
  EXPECT_EQ(Count(ThresholdOf("percentile(90, size) [comm = a] > 3", 10), "9a9a9a9a9a9a9a9a9a"), "") << "too few";
  EXPECT_EQ(Count(ThresholdOf("rate [comm = a] > 1 times before", 2), "a   aaaaa"), "2 3");
  EXPECT_EQ(Count(ThresholdOf("rate [comm = a] > 1 times before", 2), "aaa"), "") << "no window before";
}

TEST(Threshold, OfALevelIsUncertainOverAGap) {
  const std::vector<Letter> letters = LettersOf("1a9a1a1a1a1a1a9a");
  const auto count = [&](std::string_view text) {
    auto matcher = ThresholdMatcher::Compile(ThresholdOf(text, 3), {});
    Crossings matches;
    for (const Letter& letter : letters) {
      if (letter.view.id().sequence == 2) matcher->SeeGap(letter.wall_ns);
      matcher->See(letter.view, letter.wall_ns, matches);
    }
    return matches.text;
  };
  EXPECT_EQ(count("mean(size) [comm = a] > 2"), "1 2?, 6 7 8");
  EXPECT_EQ(count("sum(size) [comm = a] > 9"), "1 2, 6 7 8");
}

// Against one that keeps all and looks at all of it.
TEST(Threshold, MeasuresAsAPlainOneDoes) {
  std::mt19937 random(12);
  for (int round = 0; round < 400; ++round) {
    const auto measure = static_cast<Measure>(static_cast<int>(Measure::kSum) + round % 4);
    const unsigned window = 1 + static_cast<unsigned>(random() % 8),
                   percent = 50 + 10 * static_cast<unsigned>(random() % 3);
    const auto limit = static_cast<unsigned>(1 + random() % (measure == Measure::kSum ? 20 : 4));
    const std::string text = measure == Measure::kSum    ? "sum(size) [comm != z] > {}"
                             : measure == Measure::kMean ? "mean(size) [comm != z] > {}"
                             : measure == Measure::kRate ? "rate [comm != z] > {} times before"
                                                         : "percentile({1}, size) [comm != z] > {0}";
    Pattern pattern = ThresholdOf(fmt::format(fmt::runtime(text), limit, percent), window);
    pattern.by = {"comm"};
    std::string stream;
    for (int i = 0; i < 80; ++i) stream += fmt::format("{}{}", 1 + random() % 6, "abz  "[random() % 5]);
    const std::vector<Letter> letters = LettersOf(stream);
    const std::uint64_t present_ns = window * kSecond,
                        kept_ns = measure == Measure::kRate ? 2 * present_ns : present_ns;
    std::string expected;
    std::map<std::string, std::deque<const Letter*>, std::less<>> kept;
    std::map<std::string, bool, std::less<>> passed;
    std::uint64_t begun_ns = 0;
    for (const Letter& letter : letters) {
      if (letter.view.comm() == "z") continue;
      if (begun_ns == 0) begun_ns = letter.wall_ns;
      const std::string key(letter.view.comm());
      auto& events = kept[key];
      std::erase_if(events, [&](const Letter* other) { return other->wall_ns + kept_ns <= letter.wall_ns; });
      if (events.empty()) passed[key] = false;
      events.push_back(&letter);
      std::vector<double> sizes;
      std::deque<const Letter*> present;
      double sum = 0;
      for (const Letter* event : events) {
        sizes.push_back(event->view.pid());
        sum += event->view.pid();
        if (event->wall_ns + present_ns > letter.wall_ns) present.push_back(event);
      }
      std::ranges::sort(sizes);
      const std::size_t count = sizes.size();
      bool holds = false;
      if (measure == Measure::kSum) holds = sum > limit;
      if (measure == Measure::kMean) holds = sum / static_cast<double>(count) > limit;
      if (measure == Measure::kPercentile) {
        holds = count * (100 - percent) >= 100 && sizes[(count * percent + 99) / 100 - 1] > limit;
      }
      if (measure == Measure::kRate) {
        holds = letter.wall_ns - begun_ns >= kept_ns &&
                present.size() > limit * std::max<std::size_t>(count - present.size(), 1);
      }
      const bool told = holds && !passed[key];
      passed[key] = holds && measure != Measure::kSum;
      if (!told) continue;
      if (!expected.empty()) expected += ", ";
      for (const Letter* event : present) {
        expected += fmt::format("{}{}", event == present.front() ? "" : " ", event->view.id().sequence);
      }
      if (measure == Measure::kSum) events.clear();
    }
    ASSERT_EQ(Count(pattern, stream), expected) << pattern.threshold->limit << " " << window << " on " << stream;
  }
}

// Against one that keeps all, for many keys, values and windows.
TEST(Threshold, DoesAsAPlainOneDoes) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    const bool distinct = round % 2 == 1;
    const auto least = static_cast<unsigned>(1 + random() % 5), window = static_cast<unsigned>(1 + random() % 8);
    Pattern pattern =
        ThresholdOf(fmt::format("{} [comm != z] >= {}", distinct ? "distinct(comm)" : "count", least), window);
    pattern.by = {"pid"};
    std::string stream;
    for (int i = 0; i < 80; ++i) stream += fmt::format("{}{}", 1 + random() % 3, "abcz "[random() % 5]);
    const std::vector<Letter> letters = LettersOf(stream);
    std::string expected;
    std::map<std::uint32_t, std::deque<const Letter*>> kept;
    for (const Letter& letter : letters) {
      if (letter.view.comm() == "z") continue;
      auto& events = kept[letter.view.pid()];
      std::erase_if(events, [&](const Letter* other) {
        return other->wall_ns + window * kSecond <= letter.wall_ns ||
               (distinct && other->view.comm() == letter.view.comm());
      });
      events.push_back(&letter);
      if (events.size() < least) continue;
      if (!expected.empty()) expected += ", ";
      for (const Letter* event : events) {
        expected += fmt::format("{}{}", event == events.front() ? "" : " ", event->view.id().sequence);
      }
      events.clear();
    }
    ASSERT_EQ(Count(pattern, stream), expected) << stream;
  }
}

}  // namespace
}  // namespace vexevt
