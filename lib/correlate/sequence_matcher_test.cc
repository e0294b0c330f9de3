#include "lib/correlate/sequence_matcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lib/correlate/testing/letters.h"

namespace vexevt {
namespace {

class Matches final : public FoundSink {
 public:
  explicit Matches(const std::vector<Letter>& letters) : letters_(letters) {}

  // "a1 b3": letters and places, matches separated by ", "; "?" where uncertain, "-" where timed out.
  void Tell(const Found& found) override {
    if (!text.empty()) text += ", ";
    for (std::size_t i = 0; i < found.causes.size(); ++i) {
      const std::uint64_t place = found.causes[i].sequence;
      text += fmt::format("{}{}{}", i > 0 ? " " : "", letters_[place - 1].view.comm(), place);
    }
    if (found.uncertain) text += "?";
    if (found.timed_out) text += "-";
    last_ns = found.wall_ns;
  }

  std::string text;
  std::uint64_t last_ns = 0;

 private:
  const std::vector<Letter>& letters_;
};

Pattern PatternOf(std::string_view text, Skip skip) {
  Pattern pattern;
  EXPECT_TRUE(ParsePatternText(text, &pattern).ok());
  pattern.skip = skip;
  return pattern;
}

// [a] stands for [comm = a].
std::string Spelled(std::string_view text) {
  std::string spelled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    spelled += text[i];
    if (text[i] == '[' && i + 2 < text.size() && text[i + 2] == ']') spelled += "comm = ";
  }
  return spelled;
}

std::string FindMatches(Pattern pattern, std::string_view stream, std::size_t gap_before = ~std::size_t{0}) {
  EXPECT_TRUE(CheckPattern(pattern).ok()) << CheckPattern(pattern).message();
  auto matcher = SequenceMatcher::Compile(pattern, {});
  EXPECT_TRUE(matcher.ok()) << matcher.status().message();
  const std::vector<Letter> letters = LettersOf(stream);
  Matches matches(letters);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i == gap_before) matcher->SeeGap();
    matcher->See(letters[i].view, letters[i].wall_ns, matches);
  }
  return matches.text;
}

std::string Find(std::string_view text, std::string_view stream, Skip skip = Skip::kNone) {
  return FindMatches(PatternOf(Spelled(text), skip), stream);
}

std::string FindWithin(std::string_view text, unsigned seconds, std::string_view stream, Skip skip = Skip::kNone) {
  Pattern pattern = PatternOf(Spelled(text), skip);
  pattern.within_ns = seconds * kSecond;
  return FindMatches(pattern, stream);
}

// The examples of Flink's documentation on contiguity: "a b" on a, c, b1, b2.
TEST(Contiguity, IsFlinks) {
  EXPECT_EQ(Find("[a] next [b]", "acbb"), "");
  EXPECT_EQ(Find("[a] then [b]", "acbb"), "a1 b3");
  EXPECT_EQ(Find("[a] then any [b]", "acbb"), "a1 b3, a1 b4");
  EXPECT_EQ(Find("[a] next [b]", "acabb"), "a3 b4");
}

// "a b+ c" on a, b1, d1, b2, d2, b3, c.
TEST(Contiguity, WithinAStepIsFlinks) {
  EXPECT_EQ(Find("[a] then [b]+ consecutive then [c]", "abdbdbc"), "a1 b2 c7");
  EXPECT_EQ(Find("[a] then any [b]+ consecutive then any [c]", "abdbdbc"), "a1 b2 c7, a1 b4 c7, a1 b6 c7");
  EXPECT_EQ(Find("[a] then any [b]+ then any [c]", "abdbdbc"),
            "a1 b2 c7, a1 b4 c7, a1 b2 b4 c7, a1 b6 c7, a1 b4 b6 c7, a1 b2 b4 b6 c7");
  EXPECT_EQ(Find("[a] then [b]+ then [c]", "abdbdbc"), "a1 b2 c7, a1 b2 b4 c7, a1 b2 b4 b6 c7");
  EXPECT_EQ(Find("[a] then [b]+ combinations then [c]", "abdbdbc"),
            "a1 b2 c7, a1 b2 b4 c7, a1 b2 b6 c7, a1 b2 b4 b6 c7");
}

TEST(Quantifiers, CountSteps) {
  EXPECT_EQ(Find("[a]{2} then [b]", "aab"), "a1 a2 b3");
  EXPECT_EQ(Find("[a]{2} then [b]", "ab"), "");
  EXPECT_EQ(Find("[a]{2,3} then [b]", "aaab"), "a1 a2 b4, a1 a2 a3 b4, a2 a3 b4");
  EXPECT_EQ(Find("[a] then [b]? then [c]", "abc"), "a1 c3, a1 b2 c3");
  EXPECT_EQ(Find("[a] next [b]? next [c]", "ac"), "a1 c2");
  EXPECT_EQ(Find("[a] then [b]*", "abb"), "a1, a1 b2, a1 b2 b3");
  EXPECT_EQ(Find("[a]+", "aa"), "a1, a1 a2, a2");
}

TEST(Quantifiers, GreedyStepsTakeWhatOthersWouldTake) {
  EXPECT_EQ(Find("a: [comm in (a, x)]+ then b: [comm in (b, x)]", "axb"), "a1 x2, a1 x2 b3, x2 b3");
  EXPECT_EQ(Find("a: [comm in (a, x)]+ greedy then b: [comm in (b, x)]", "axb"), "a1 x2 b3, x2 b3");
}

TEST(Quantifiers, UntilEndsAStep) {
  EXPECT_EQ(Find("[a]+ until [u] then [b]", "aauab"), "a1 b5, a1 a2 b5, a2 b5, a4 b5");
}

TEST(Negation, ForbidsWhatLiesBetween) {
  EXPECT_EQ(Find("[a] then not [x] then [b]", "axb ab"), "a4 b5");
  EXPECT_EQ(Find("[a] next not [x] then [b]", "axb acxb"), "a4 b7");
  EXPECT_EQ(Find("[a] then not [x] then any [b]", "abxb"), "a1 b2");
  // Only behind the step that it follows.
  EXPECT_EQ(Find("[a] then [b] then not [x] then [c]", "axbc"), "a1 b3 c4");
}

TEST(Negation, AtTheEndIsAbsence) {
  EXPECT_EQ(FindWithin("[a] then not [b]", 3, "a   c"), "a1");
  EXPECT_EQ(FindWithin("[a] then not [b]", 3, "ab    c"), "");
  EXPECT_EQ(FindWithin("[a] then not [b]", 3, "a  b"), "a1");  // too late
  EXPECT_EQ(FindWithin("[a] then not [b]", 3, "a c"), "");     // not known yet
  EXPECT_EQ(FindWithin("[a] then not [b]", 3, "aa    c"), "a1, a2");
  EXPECT_EQ(FindWithin("[a] then not [b]", 3, "aa    c", Skip::kPastLast), "a1, a2");
}

TEST(Negation, OverAGapIsUncertain) {
  Pattern pattern = PatternOf(Spelled("[a] then not [b]"), Skip::kNone);
  pattern.within_ns = 3 * kSecond;
  EXPECT_EQ(FindMatches(pattern, "ac   c", 1), "a1?");
  EXPECT_EQ(FindMatches(pattern, "ac   c", 0), "a1");
  EXPECT_EQ(FindMatches(PatternOf(Spelled("[a] then [b]"), Skip::kNone), "ab", 1), "a1 b2");
  EXPECT_EQ(FindMatches(PatternOf(Spelled("[a] next [b]"), Skip::kNone), "ab", 1), "a1 b2?");
}

TEST(Within, EndsPartialMatches) {
  EXPECT_EQ(FindWithin("[a] then [b]", 3, "a b"), "a1 b2");
  EXPECT_EQ(FindWithin("[a] then [b]", 3, "a  b"), "");  // a window of 3 s ends before the third second
  EXPECT_EQ(FindWithin("[a] then [b]", 3, "a ab"), "a2 b3");
}

TEST(Within, TimeoutsAreTold) {
  Pattern pattern = PatternOf(Spelled("[a] then [b] then [c]"), Skip::kNone);
  pattern.within_ns = 3 * kSecond;
  pattern.timeouts = true;
  EXPECT_EQ(FindMatches(pattern, "ab    x"), "a1 b2-");
  EXPECT_EQ(FindMatches(pattern, "abc   x"), "a1 b2 c3");
}

// The examples of Flink's documentation: "b+ c" on b1 b2 b3 c.
TEST(Skips, AreFlinks) {
  EXPECT_EQ(Find("[b]+ then [c]", "bbbc", Skip::kNone), "b1 c4, b1 b2 c4, b1 b2 b3 c4, b2 c4, b2 b3 c4, b3 c4");
  EXPECT_EQ(Find("[b]+ greedy then [c]", "bc", Skip::kPastLast), "b1 c2");
  EXPECT_EQ(Find("[b]{3} then [c]", "bbbbc", Skip::kPastLast), "b1 b2 b3 c5");
  EXPECT_EQ(Find("[b]{2} then [c]", "bbbc", Skip::kToNext), "b1 b2 c4, b2 b3 c4");
}

TEST(Skips, PastLastBeginsAnew) {
  EXPECT_EQ(Find("[a] then [b]", "aabab", Skip::kPastLast), "a1 b3, a4 b5");
  EXPECT_EQ(Find("[a] then [b]", "aabab", Skip::kNone), "a1 b3, a2 b3, a4 b5");
}

TEST(Skips, GoToAStep) {
  Pattern pattern = PatternOf(Spelled("[a] then m: [b]{2} then [c]"), Skip::kToFirst);
  pattern.skip_to = "m";
  EXPECT_EQ(FindMatches(pattern, "aabbc"), "a1 b3 b4 c5");
  pattern.skip = Skip::kNone;
  EXPECT_EQ(FindMatches(pattern, "aabbc"), "a1 b3 b4 c5, a2 b3 b4 c5");
}

TEST(Skips, OfEachStrategyEveryMatch) {
  Pattern pattern = PatternOf(Spelled("[a]+ then m: [b]{2} then [c]"), Skip::kNone);
  pattern.skip_to = "m";
  const auto found = [&](Skip skip) {
    pattern.skip = skip;
    return FindMatches(pattern, "abab acbbc");
  };
  EXPECT_EQ(found(Skip::kNone),
            "a1 b2 b4 c6, a1 a3 b4 b7 c9, a1 a3 a5 b7 b8 c9, a3 b4 b7 c9, a3 a5 b7 b8 c9, a5 b7 b8 c9");
  EXPECT_EQ(found(Skip::kToNext), "a1 b2 b4 c6, a3 b4 b7 c9, a5 b7 b8 c9");
  EXPECT_EQ(found(Skip::kPastLast), "a1 b2 b4 c6");
  EXPECT_EQ(found(Skip::kToFirst), "a1 b2 b4 c6, a3 b4 b7 c9, a5 b7 b8 c9");
  EXPECT_EQ(found(Skip::kToLast), "a1 b2 b4 c6, a5 b7 b8 c9");
}

TEST(Groups, HappenSeveralTimes) {
  EXPECT_EQ(Find("( [a] then [b] ){2} then [c]", "ababc"), "a1 b2 a3 b4 c5");
  EXPECT_EQ(Find("( [a] then [b] )+ then [c]", "ababc"), "a1 b2 c5, a1 b2 a3 b4 c5, a3 b4 c5");
  EXPECT_EQ(Find("( [a] then [b] )+ then [c]", "abababac"),
            "a1 b2 c8, a1 b2 a3 b4 c8, a1 b2 a3 b4 a5 b6 c8, a3 b4 c8, a3 b4 a5 b6 c8, a5 b6 c8");
  EXPECT_EQ(Find("[a] then ( [b] then [c] )? then [d]", "abcd"), "a1 d4, a1 b2 c3 d4");
  EXPECT_EQ(Find("( [a] next [b] ){2} consecutive", "abxabab"), "a4 b5 a6 b7");
  EXPECT_EQ(Find("( [a] then not [x] then [b] ){2}", "abab"), "a1 b2 a3 b4");
  EXPECT_EQ(Find("( [a] then not [x] then [b] ){2}", "abaxb"), "");
}

TEST(Groups, AreAlternatives) {
  EXPECT_EQ(Find("( [a] or [b] then [c] ) then [d]", "abcd"), "a1 d4, b2 c3 d4");
  EXPECT_EQ(Find("[x] next ( [a] or [b] )", "xbxcxa"), "x1 b2, x5 a6");
}

TEST(Groups, InAnyOrder) {
  EXPECT_EQ(Find("( [a] and [b] and [c] )", "cab"), "c1 a2 b3");
  EXPECT_EQ(Find("( [a] and [b] and [c] )", "cacb"), "c1 a2 b4, a2 c3 b4");
  EXPECT_EQ(Find("( [a] and [b] ) consecutive", "axbab"), "b3 a4, a4 b5");
  EXPECT_EQ(Find("( [a] and [b] ){2} then [c]", "abbac"), "a1 b2 b3 a4 c5");
  EXPECT_EQ(FindWithin("( [a] and [b] ) then not [c]", 4, "ba   c"), "b1 a2");
}

TEST(Groups, SoManyOfThem) {
  EXPECT_EQ(Find("2 of ( [a], [b], [c] )", "abc"), "a1 b2, a1 c3, b2 c3");
  EXPECT_EQ(Find("2 of ( [a], [b], [c] )", "abc", Skip::kToNext), "a1 b2, b2 c3");
  EXPECT_EQ(Find("2 of ( [a], [b], [c] )", "aa"), "");
  EXPECT_EQ(Find("1 of ( [a], [b] ) then [c]", "abc"), "a1 c3, b2 c3");
}

TEST(Groups, ThatCannotBeAreRefused) {
  const auto error = [](std::string_view text) {
    return SequenceMatcher::Compile(PatternOf(text, Skip::kNone), {}).status().message();
  };
  EXPECT_EQ(error("( a: [pid = 1] and b: [pid = a.pid] )"), "24: 'a' may not have happened by then");
  EXPECT_EQ(error("( [pid = 1] then [pid = 2] ){33}"),
            "3: with all its repetitions written out the pattern has more than 64 steps");
  EXPECT_EQ(error("( [pid = 1] then [pid = 2] ){32}"), "");
}

// What can come no more is not kept until the time is over.
TEST(Memory, KeepsNoChoiceThatHasPassedOverTooMuch) {
  auto matcher = SequenceMatcher::Compile(PatternOf(Spelled("( [a] and [b] )"), Skip::kNone), {});
  const std::vector<Letter> letters = LettersOf("ab");
  Matches matches(letters);
  for (const Letter& letter : letters) matcher->See(letter.view, letter.wall_ns, matches);
  EXPECT_EQ(matches.text, "a1 b2");
  EXPECT_EQ(matcher->partials(), 1u) << "of b2 alone";
}

TEST(Keys, KeepStreamsApart) {
  Pattern pattern = PatternOf(Spelled("[a] next [b]"), Skip::kNone);
  pattern.by = {"pid"};
  EXPECT_EQ(FindMatches(pattern, "1a2a1b2x2b"), "a1 b3");
  pattern.by = {};
  EXPECT_EQ(FindMatches(pattern, "1a2a1b"), "a2 b3");
}

TEST(Conditions, ReferToEarlierSteps) {
  EXPECT_EQ(Find("first: [comm = a] then [comm = b and size = first.size]", "1a2a2b1b"), "a2 b3, a1 b4");
  // Of a step that happens several times, the last one.
  EXPECT_EQ(Find("many: [comm = a]{2} then [comm = b and size = many.size]", "1a2a1b2b"), "a1 a2 b4");
}

TEST(Conditions, CannotReferToWhatComesLater) {
  const auto error = [](std::string_view text) {
    return SequenceMatcher::Compile(PatternOf(text, Skip::kNone), {}).status().message();
  };
  EXPECT_EQ(error("a: [pid = b.pid] then b: [pid = 1]"), "5: 'b' has not happened by then");
  EXPECT_EQ(error("a: [pid = 1] then [pid = a.pd]"), "26: unknown field 'pd' (did you mean 'id'?)");
}

TEST(Suppression, KeepsMatchesBack) {
  Pattern pattern = PatternOf(Spelled("[a]"), Skip::kPastLast);
  pattern.suppress_ns = 3 * kSecond;
  EXPECT_EQ(FindMatches(pattern, "aaaaa"), "a1, a4");
}

TEST(Limits, DropTheOldest) {
  Pattern pattern = PatternOf(Spelled("[a] then [b]"), Skip::kNone);
  pattern.partials_by_key = 2;
  EXPECT_EQ(FindMatches(pattern, "aaab"), "a2 b4, a3 b4");
  pattern.partials_by_key = 100;
  pattern.partials = 1;
  EXPECT_EQ(FindMatches(pattern, "aaab"), "a3 b4");
  auto matcher = SequenceMatcher::Compile(pattern, {});
  const std::vector<Letter> letters = LettersOf("aaa");
  Matches matches(letters);
  for (const Letter& letter : letters) matcher->See(letter.view, letter.wall_ns, matches);
  EXPECT_EQ(matcher->evicted(), 2u);
  EXPECT_EQ(matcher->partials(), 1u);
}

TEST(Memory, GoesBackToNothing) {
  Pattern pattern = PatternOf(Spelled("[a]+ then [b]"), Skip::kPastLast);
  pattern.by = {"pid"};
  auto matcher = SequenceMatcher::Compile(pattern, {});
  const std::vector<Letter> letters = LettersOf("1aa2aa3aaa1b2b3b");
  Matches matches(letters);
  for (const Letter& letter : letters) matcher->See(letter.view, letter.wall_ns, matches);
  EXPECT_EQ(matcher->partials(), 0u);
}

}  // namespace
}  // namespace vexevt
