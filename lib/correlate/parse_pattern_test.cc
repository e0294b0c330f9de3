#include <gtest/gtest.h>

#include "lib/correlate/pattern.h"

namespace vexevt {
namespace {

Pattern Parsed(std::string_view text) {
  Pattern pattern;
  const Status status = ParsePatternText(text, &pattern);
  EXPECT_TRUE(status.ok()) << status.message();
  return pattern;
}

std::string ErrorOf(std::string_view text) {
  Pattern pattern;
  return ParsePatternText(text, &pattern).message();
}

TEST(PatternText, HasStepsAndWhatLiesBetween) {
  const Pattern pattern = Parsed("a: [type = fs.open] next [pid = 1]\n then any not c: [pid = 2] then d: [pid = 3]");
  ASSERT_EQ(pattern.steps.size(), 4u);
  EXPECT_EQ(pattern.steps[0].name, "a");
  EXPECT_EQ(pattern.steps[0].when.text, "type = fs.open");
  EXPECT_EQ(pattern.steps[0].when.at, 4u);
  EXPECT_EQ(pattern.steps[1].link, Contiguity::kStrict);
  EXPECT_EQ(pattern.steps[1].name, "");
  EXPECT_EQ(pattern.steps[2].link, Contiguity::kAny);
  EXPECT_TRUE(pattern.steps[2].negated);
  EXPECT_EQ(pattern.steps[3].link, Contiguity::kRelaxed);
}

TEST(PatternText, CountsSteps) {
  struct Case {
    std::string_view times;
    std::uint32_t least, most;
  };
  for (const Case& each : {Case{"", 1, 1},
                           {"?", 0, 1},
                           {"+", 1, kMaxTimes},
                           {"*", 0, kMaxTimes},
                           {"{3}", 3, 3},
                           {"{2,}", 2, kMaxTimes},
                           {"{ 2 , 5 }", 2, 5}}) {
    const Pattern pattern = Parsed("a: [pid = 1]" + std::string(each.times) + " then [pid = 2]");
    EXPECT_EQ(pattern.steps[0].least, each.least) << each.times;
    EXPECT_EQ(pattern.steps[0].most, each.most) << each.times;
  }
  const Pattern pattern = Parsed("[pid = 1]+ greedy consecutive until [pid = 9] then [pid = 2]");
  EXPECT_TRUE(pattern.steps[0].greedy);
  EXPECT_EQ(pattern.steps[0].inner, Contiguity::kStrict);
  EXPECT_EQ(pattern.steps[0].until->text, "pid = 9");
}

TEST(PatternText, BracketsOfExpressionsAreTheirOwn) {
  EXPECT_EQ(Parsed("[path glob *.[ch]]").steps[0].when.text, "path glob *.[ch]");
  EXPECT_EQ(Parsed("[path = \"]\\\"]\"]").steps[0].when.text, "path = \"]\\\"]\"");
}

TEST(PatternText, HasThresholds) {
  const Pattern pattern = Parsed("count [type = fs.delete] > 100");
  EXPECT_EQ(pattern.threshold->least, 101u);
  EXPECT_EQ(pattern.threshold->when.text, "type = fs.delete");
  EXPECT_EQ(Parsed("distinct(path) [pid = 1] >= 5").threshold->least, 5u);
  // Also the name of a step.
  EXPECT_EQ(Parsed("count: [pid = 1]").steps[0].name, "count");
}

TEST(PatternText, HasGroups) {
  const Pattern pattern =
      Parsed("( a: [pid = 1] or [pid = 2] then [pid = 3] ){2,} consecutive next 2 of ( [pid = 4], [pid = 5] )?");
  ASSERT_EQ(pattern.steps.size(), 5u);
  ASSERT_EQ(pattern.shape.parts.size(), 2u);
  const PatternNode& first = pattern.shape.parts[0];
  EXPECT_EQ(first.kind, PatternNode::Kind::kOneOf);
  EXPECT_EQ(first.parts.size(), 2u);
  EXPECT_EQ(first.parts[1].parts.size(), 2u);
  EXPECT_EQ(first.least, 2u);
  EXPECT_EQ(first.most, kMaxTimes);
  EXPECT_EQ(first.inner, Contiguity::kStrict);
  const PatternNode& second = pattern.shape.parts[1];
  EXPECT_EQ(second.kind, PatternNode::Kind::kSomeOf);
  EXPECT_EQ(second.count, 2u);
  EXPECT_EQ(second.link, Contiguity::kStrict);
  EXPECT_EQ(second.least, 0u);
  // Digits are a name, too.
  EXPECT_EQ(Parsed("2: [pid = 1] then 3: [pid = 2]").steps[0].name, "2");
  EXPECT_EQ(Parsed("( [pid = 1] and [pid = 2] )").shape.parts[0].count, 2u);
}

TEST(PatternText, OfGroupsSaysWhatIsWrongAndWhere) {
  EXPECT_EQ(ErrorOf("( [pid = 1]"), "12: expected ')', 'then', 'or' or 'and', not the end");
  EXPECT_EQ(ErrorOf("( [pid = 1] and [pid = 2] or [pid = 3] )"), "27: expected ')' or 'and', not 'or'");
  EXPECT_EQ(ErrorOf("( [pid = 1] then [pid = 2] and [pid = 3] )"),
            "3: beside 'and' stand single steps, that happen once");
  EXPECT_EQ(ErrorOf("( [pid = 1]+ and [pid = 3] )"), "3: beside 'and' stand single steps, that happen once");
  EXPECT_EQ(ErrorOf("( [pid = 1] and not [pid = 3] )"),
            "17: what must not happen has no place among steps in any order");
  EXPECT_EQ(ErrorOf("( [pid = 1]? )"),
            "3: something has to happen within a group: it is the group that may be left out, ( … )?");
  EXPECT_EQ(ErrorOf("[pid = 1] then ( not [pid = 2] )"), "18: a group cannot begin with what must not happen");
  EXPECT_EQ(ErrorOf("[pid = 1] then not ( [pid = 2] )"), "20: what must not happen is one step");
  EXPECT_EQ(ErrorOf("3 of ( [pid = 1], [pid = 2] )"), "1: 3 of 2 steps cannot happen");
  EXPECT_EQ(ErrorOf("2 of [pid = 1]"), "6: expected '(' and steps, not '['");
  EXPECT_EQ(ErrorOf("( [pid = 1] then [pid = 2] )+ greedy"), "31: this is for a step, not for a group");
  EXPECT_EQ(ErrorOf("( [pid = 1] then [pid = 2] ) consecutive"),
            "30: this is for a group that may happen several times");
  EXPECT_EQ(ErrorOf("((((((((( [pid = 1] )))))))))"), "9: groups stand in groups at most 8 deep");
  EXPECT_EQ(ErrorOf("[pid = 1] or [pid = 2]"), "11: expected 'then', 'next' or 'then any', not 'or'");
}

TEST(PatternText, HasMeasures) {
  const Threshold sum = *Parsed("sum(size) [pid = 1] > 1.5K").threshold;
  EXPECT_EQ(sum.measure, Measure::kSum);
  EXPECT_EQ(sum.field, "size");
  EXPECT_EQ(sum.limit, 1536);
  EXPECT_FALSE(sum.or_equal);
  const Threshold percentile = *Parsed("percentile(99.9, latency) [pid = 1] >= 20ms").threshold;
  EXPECT_EQ(percentile.percent, 99'900u);
  EXPECT_EQ(percentile.limit, 20e6);
  EXPECT_TRUE(percentile.or_equal);
  EXPECT_EQ(Parsed("mean(attr.load) [pid = 1] > 0.75").threshold->limit, 0.75);
  EXPECT_EQ(Parsed("mean(attr.load) [pid = 1] > 1K").threshold->limit, 1024);
  EXPECT_EQ(Parsed("mean(attr.load) [pid = 1] > 2s").threshold->limit, 2e9);
  EXPECT_EQ(Parsed("mean(uid) [pid = 1] > 10k").threshold->limit, 10'000);
  EXPECT_EQ(ErrorOf("mean(uid) [pid = 1] > 2s"), "23: '2s' is not a number");
  EXPECT_EQ(ErrorOf("mean(uid) [pid = 1] > -2"), "23: '-2' is not a number");
  EXPECT_EQ(ErrorOf("mean(uid) [pid = 1] > "), "23: '' is not a number");
  EXPECT_EQ(Parsed("rate [pid = 1] > 5 times before").threshold->limit, 5);
  EXPECT_EQ(ErrorOf("sum(path) [pid = 1] > 3"), "5: 'path' is no number");
  EXPECT_EQ(ErrorOf("sum [pid = 1] > 3"), "5: 'sum' is of a field: sum(size) [EXPRESSION] > 1G");
  EXPECT_EQ(ErrorOf("sum(size) [pid = 1] > much"), "23: 'much' is not a size");
  EXPECT_EQ(ErrorOf("mean(latency) [pid = 1] > 3"), "27: '3' is not a duration");
  EXPECT_EQ(ErrorOf("percentile(100, size) [pid = 1] > 3"), "12: expected a per cent between 0.001 and 99.999");
  EXPECT_EQ(ErrorOf("percentile(size) [pid = 1] > 3"), "12: expected a per cent between 0.001 and 99.999");
  EXPECT_EQ(ErrorOf("rate [pid = 1] > 3"),
            "19: a rate is compared with the window before: rate [EXPRESSION] > 5 times before");
}

TEST(PatternText, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(ErrorOf(""), "1: expected '[' and an expression, not the end");
  EXPECT_EQ(ErrorOf("a [pid = 1]"), "1: expected a step, NAME: [EXPRESSION], not 'a'");
  EXPECT_EQ(ErrorOf("[pid = 1"), "1: the '[' that stands here has no ']'");
  EXPECT_EQ(ErrorOf("[pid = 1] than [pid = 2]"), "11: expected 'then', 'next' or 'then any', not 'than'");
  EXPECT_EQ(ErrorOf("not [pid = 1]"), "1: a pattern cannot begin with what must not happen");
  EXPECT_EQ(ErrorOf("[pid = 1]{3,2}"), "10: the second number is less than the first");
  EXPECT_EQ(ErrorOf("[pid = 1]{0}"), "10: a step that never happens is a step too many");
  EXPECT_EQ(ErrorOf("[pid = 1]{99999}"), "11: at most 10000 are counted");
  EXPECT_EQ(ErrorOf("[pid = 1] greedy"), "11: this is for a step that may happen several times");
  EXPECT_EQ(ErrorOf("[pid = 1] then not [pid = 2]+"), "29: what must not happen is not counted");
  EXPECT_EQ(ErrorOf("count [pid = 1] < 3"), "17: expected '>' or '>=' and a number, not '<'");
  EXPECT_EQ(ErrorOf("distinct(pth) [pid = 1] > 3"), "10: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOf("count [pid = 1] >= 0"), "20: this always holds");
}

TEST(Pattern, IsCheckedAsAWhole) {
  const auto checked = [](std::string_view text, std::uint64_t within_ns = 0) {
    Pattern pattern = Parsed(text);
    pattern.within_ns = within_ns;
    return CheckPattern(pattern).message();
  };
  EXPECT_EQ(checked("a: [pid = 1] then b: [pid = 2]"), "");
  EXPECT_EQ(checked("a: [pid = 1] then a: [pid = 2]"), "two steps are named 'a'");
  EXPECT_EQ(checked("a: [pid = 1]? then b: [pid = 2]*"), "every step may be left out: nothing would make a match");
  EXPECT_EQ(checked("[pid = 1] then not [pid = 2]"),
            "a pattern that ends with what must not happen wants 'within': how long it must not");
  EXPECT_EQ(checked("[pid = 1] then not [pid = 2]", 5), "");
  EXPECT_EQ(checked("count [pid = 1] > 3"), "a threshold wants 'within': the window that is counted in");
}

}  // namespace
}  // namespace vexevt
