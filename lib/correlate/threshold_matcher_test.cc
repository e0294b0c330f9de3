#include "lib/correlate/threshold_matcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
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
